import type { HandedDescriptor, SpawnRequest } from '../../boundary/kernel.ts';

/** What a port of the node is plugged into. */
export interface NetdevPlug {
  /** QEMU's `-netdev` value without the id; `{fd}` stands for the number of the handed descriptor. */
  readonly netdev: string;
  readonly descriptor: HandedDescriptor | undefined;
}

/** All that a launch depends on; paths are absolute. */
export interface Launch {
  readonly lab: string;
  readonly node: string;
  /** The lab's directory: the script NODE is there, NODE.log too, and the process starts there. */
  readonly directory: string;
  /** Where relatively named images are looked up. */
  readonly files: string;
  /** The small guest's folder. */
  readonly small: string;
  /** The node's folder for sockets, see nodeRunDirectory. It must exist, mode 0700. */
  readonly run: string;
  /** For link i of NODE.yaml; undefined where the script's own choice stands (a user's own template). */
  readonly plugs: readonly (NetdevPlug | undefined)[];
  /** The path of setpriv; undefined where it is missing. */
  readonly setpriv: string | undefined;
  /** The engine's own environment. Little of it is passed on. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** The first descriptor that a process is handed. */
const FIRST_DESCRIPTOR = 3;

/** Without these a script may not find its programs, its home or its images; everything else of the engine's environment is kept from it. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_CACHE_HOME', 'QENETH_PATH'];

/** Starts a bundled template's script with all of its links plugged, in a namespace that holds nothing else. */
export function launchBundled(launch: Launch): SpawnRequest {
  const texts: [string, string][] = [];
  const descriptors: HandedDescriptor[] = [];
  launch.plugs.forEach((plug, index) => {
    if (plug === undefined) return;
    const number = FIRST_DESCRIPTOR + descriptors.length;
    texts.push([`WEFT_NETDEV_${index}`, plug.netdev.replace('{fd}', String(number))]);
    if (plug.descriptor !== undefined) descriptors.push(plug.descriptor);
  });
  return {
    ...common(launch),
    netns: '@empty',
    environment: {
      ...environment(launch),
      WEFT_RUN: launch.run,
      WEFT_JAIL: jailWords(launch.setpriv),
      ...Object.fromEntries(texts),
    },
    descriptors,
  };
}

/** Starts a script of the user's own template as it is, in the panel, whose localhost carries its UDP links. */
export function launchAsWritten(launch: Launch): SpawnRequest {
  return { ...common(launch), netns: '@panel', environment: environment(launch), descriptors: [] };
}

/** The words put before QEMU so that it has no capability and can gain none; empty where setpriv is missing. */
export function jailWords(setpriv: string | undefined): string {
  return setpriv === undefined ? '' : `${setpriv} --no-new-privs --inh-caps=-all --bounding-set=-all`;
}

/** The id of link i's netdev in bundled scripts, as set_link takes it. */
export function netdevId(link: number): string {
  return `link${link}`;
}

function common(launch: Launch): Pick<SpawnRequest, 'node' | 'argv' | 'directory' | 'logFile'> {
  const script = `${launch.directory}/${launch.node}`;
  return { node: launch.node, argv: [script], directory: launch.directory, logFile: `${script}.log` };
}

function environment(launch: Launch): Record<string, string> {
  const kept = INHERITED.flatMap((name): [string, string][] => {
    const value = launch.inherited[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(kept),
    WEFT_FILES: launch.files,
    WEFT_SMALL: launch.small,
    WEFT_LAB: launch.lab,
    WEFT_NODE: launch.node,
  };
}
