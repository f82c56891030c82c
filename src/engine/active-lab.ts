import type { DriverNode } from '../boundary/driver.ts';
import type { Files } from '../boundary/files.ts';
import type { Kernel } from '../boundary/kernel.ts';
import type { ReadTree } from '../boundary/read-tree.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import { isGenerated } from '../model/topology.ts';
import { configureGuest, configureLinks } from './configure.ts';
import { Lab } from './lab.ts';
import { Launcher, type LauncherParts } from './launcher.ts';
import { NodeConfig } from './node-config.ts';
import type { NodeRecord } from './node-record.ts';
import { type NodeScript, readScripts } from './read-scripts.ts';
import { Wiring } from './wiring.ts';

/** What opening a lab takes. */
export interface OpeningParts extends LauncherParts {
  readonly kernel: Kernel;
  readonly files: Files;
  /** The lab's runtime folder. */
  readonly run: string;
  /** A folder for a node's sockets, short enough for the longest socket name in it; made where it is missing. */
  readonly nodeFolder: (node: string) => Promise<string>;
  readonly readTree: ReadTree;
  readonly log: (message: string) => void;
}

/** A lab that an engine works with, and the hands that it works with. */
export interface ActiveLab {
  readonly lab: Lab;
  readonly wiring: Wiring;
  readonly launcher: Launcher;
  readonly config: NodeConfig;
}

/** Compiles a lab's description for this machine, and takes hold of what runs of it already. */
export async function openLab(spec: LabSpec, parts: OpeningParts, missingScripts: 'refused' | 'empty'): Promise<ActiveLab> {
  const { kernel, files, run } = parts;
  const scripts = await readScripts(spec, files, parts.drivers, missingScripts);
  const sockets = `${run}/wires`;
  await files.makeDirectory(sockets, 0o700);
  const folders = new Map<string, string>();
  for (const node of spec.topology.nodes) {
    if (node.kind === 'vm' && isGenerated(node)) folders.set(node.name, await parts.nodeFolder(node.name));
  }
  const lab = new Lab(spec, scripts, kernel.abilities, sockets);
  const config = new NodeConfig(parts, spec.directory);
  const nodeOf = (record: NodeRecord): DriverNode => ({
    ...driverNode(lab, record, folders.get(record.name) ?? run, kernel),
    resolver: config.resolverOf(record.name),
  });
  const launcher = new Launcher(parts, lab, nodeOf, (record) => configureGuest(config, lab, record));
  for (const process of await kernel.processes()) {
    const record = lab.records.get(process.node);
    if (record !== undefined) launcher.adopt(record, process);
  }
  return { lab, wiring: new Wiring(kernel, files, lab, (links) => configureLinks(config, lab, links)), launcher, config };
}

function driverNode(lab: Lab, { name, node }: NodeRecord, run: string, { abilities }: Kernel): DriverNode {
  const tcp = lab.ports.nodes.get(name);
  const script: NodeScript | undefined = lab.scripts.get(name);
  return {
    lab: lab.spec.name,
    node,
    directory: lab.spec.directory,
    files: lab.spec.files,
    run,
    script: script?.text ?? '',
    ports: lab.driverPorts.get(name) ?? [],
    netns: node.kind === 'namespace' ? name : lab.links.netnsOf(name),
    tcp: { console: tcp?.console?.port, monitor: tcp?.monitor?.port },
    abilities,
  };
}
