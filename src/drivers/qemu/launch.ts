import type { DriverNode } from '../../boundary/driver.ts';
import type { HandedDescriptor, SpawnRequest } from '../../boundary/kernel.ts';

/** What a launch takes from the machine. */
export interface LaunchPlaces {
  /** The small guest's folder, absolute. */
  readonly small: string;
  /** The path of setpriv; undefined where it is missing. */
  readonly setpriv: string | undefined;
  /** What QEMU runs guests with, as WEFT_ACCEL; the script tries for itself where undefined. */
  readonly accelerator?: string | undefined;
  /** The folder of the node's seed of cloud-init, as WEFT_SEED. */
  readonly seed?: string | undefined;
  /** The engine's own environment. Little of it is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The first descriptor that a process is handed. */
const FIRST_DESCRIPTOR = 3;

/** Without these a script may not find its programs, its home or its images; everything else of the engine's environment is kept from it. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_CACHE_HOME', 'QENETH_PATH'];

/** Starts a bundled template's script with its sockets in the node's folder and its links plugged. */
export function launchBundled(node: DriverNode, places: LaunchPlaces): SpawnRequest {
  const texts: [string, string][] = [];
  const descriptors: HandedDescriptor[] = [];
  node.ports.forEach(({ netdev, descriptor }, index) => {
    if (netdev === undefined) return;
    const number = FIRST_DESCRIPTOR + descriptors.length;
    texts.push([`WEFT_NETDEV_${index}`, netdev.replace('{fd}', String(number))]);
    if (descriptor !== undefined) descriptors.push(descriptor);
  });
  const plain = launchAsWritten(node, places);
  const accelerator = places.accelerator === undefined ? {} : { WEFT_ACCEL: places.accelerator };
  const seed = places.seed === undefined ? {} : { WEFT_SEED: places.seed };
  const ours = {
    ...accelerator,
    ...seed,
    WEFT_RUN: node.run,
    WEFT_JAIL: jailWords(places.setpriv),
    ...Object.fromEntries(texts),
  };
  return { ...plain, environment: { ...plain.environment, ...ours }, descriptors };
}

/** Starts a script of the user's own template as if by hand: it opens its own ports and wires itself. */
export function launchAsWritten(node: DriverNode, places: LaunchPlaces): SpawnRequest {
  const script = `${node.directory}/${node.node.name}`;
  const kept = INHERITED.flatMap((name): [string, string][] => {
    const value = places.environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    node: node.node.name,
    netns: node.netns,
    argv: [script],
    environment: { ...Object.fromEntries(kept), WEFT_FILES: node.files, WEFT_SMALL: places.small },
    directory: node.directory,
    logFile: logOf(node),
    descriptors: [],
  };
}

/** Where the process's own output goes. */
export function logOf(node: DriverNode): string {
  return `${node.directory}/${node.node.name}.log`;
}

/** The words put before QEMU so that it has no capability and can gain none; empty where setpriv is missing. */
export function jailWords(setpriv: string | undefined): string {
  return setpriv === undefined ? '' : `${setpriv} --no-new-privs --inh-caps=-all --bounding-set=-all`;
}
