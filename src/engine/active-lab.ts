import type { DriverNode } from '../boundary/driver.ts';
import type { WriteFileSet } from '../boundary/file-set.ts';
import type { Files } from '../boundary/files.ts';
import type { Kernel, NodeProcess } from '../boundary/kernel.ts';
import type { AskNameServer } from '../boundary/name-lookup.ts';
import type { ReadTree } from '../boundary/read-tree.ts';
import type { ScriptSource } from '../boundary/script-source.ts';
import { isGenerated, isNamespace } from '../model/topology.ts';
import { configureGuest, configureLinks, forgetInterface } from './config/configure.ts';
import { NodeConfig } from './config/node-config.ts';
import type { Lab } from './lab.ts';
import { Wiring } from './links/wiring.ts';
import { Launcher, type LauncherParts } from './nodes/launcher.ts';
import type { NodeRecord } from './nodes/node-record.ts';
import type { NodeScript } from './nodes/read-scripts.ts';
import { seedOf } from './nodes/seed-of.ts';
import { nameLookup } from './uplinks/look-up-name.ts';
import { NameBook } from './uplinks/name-book.ts';
import type { KeptNetwork } from './uplinks/network-upkeep.ts';
import { type LoadedProvider, NodeRules } from './uplinks/node-rules.ts';
import { ProviderResolvers } from './uplinks/provider-resolvers.ts';

/** What holding a lab takes. */
export interface HoldingParts extends LauncherParts {
  readonly kernel: Kernel;
  readonly files: Files;
  readonly scripts: ScriptSource;
  readonly writeFileSet: WriteFileSet;
  /** The lab's runtime folder. */
  readonly run: string;
  /** A folder for a node's sockets, short enough for the longest socket name in it; made where it is missing. */
  readonly nodeFolder: (node: string) => Promise<string>;
  readonly readTree: ReadTree;
  readonly askNameServer: AskNameServer;
  /** Seconds since 1970. */
  readonly time: () => number;
  readonly log: (message: string) => void;
}

/** A lab that an engine works with, and the hands that it works with. */
export class ActiveLab implements KeptNetwork {
  readonly wiring: Wiring;
  readonly launcher: Launcher;
  readonly config: NodeConfig;
  readonly resolvers: ProviderResolvers;
  readonly names: NameBook;
  readonly rules: NodeRules;
  readonly #parts: HoldingParts;
  readonly #folders = new Map<string, string>();
  readonly #strangers: NodeProcess[] = [];
  readonly #leaving = new Map<string, NodeRecord>();
  #lab: Lab;

  private constructor(parts: HoldingParts, lab: Lab) {
    this.#parts = parts;
    this.#lab = lab;
    const routed = () => this.#lab.parts.routed;
    this.resolvers = new ProviderResolvers(parts);
    const warn = (message: string) => this.config.warn(message);
    this.names = new NameBook({ clock: parts.clock, lookUp: nameLookup(parts.askNameServer), warn });
    const wanted = (node: string) => this.#lab.records.get(node)?.wanted === true;
    this.rules = new NodeRules({ ...parts, resolvers: this.resolvers, names: this.names, wanted }, routed);
    this.config = new NodeConfig(parts, lab.spec.directory, routed, this.rules);
    this.wiring = new Wiring(parts.kernel, parts.files, lab, {
      namespacesMade: (nodes) => this.config.namespacesMade(nodes),
      appeared: (links) => configureLinks(this.config, this.#lab, links),
      gone: (node, port) => forgetInterface(this.config, this.#lab, node, port),
    });
    const configure = (record: NodeRecord) => configureGuest(this.config, this.#lab, record);
    this.launcher = new Launcher(parts, lab, (record) => this.#driverNode(record), configure);
  }

  /** Takes hold of a lab, and of what runs of it already. */
  static async hold(parts: HoldingParts, lab: Lab): Promise<ActiveLab> {
    const active = new ActiveLab(parts, lab);
    await active.#makeFolders();
    for (const process of await parts.kernel.processes()) {
      const record = lab.records.get(process.node);
      if (record !== undefined) active.launcher.adopt(record, process);
      else active.#strangers.push(process);
    }
    return active;
  }

  get lab(): Lab {
    return this.#lab;
  }

  /** Ends processes of nodes that the lab no longer has: an engine was killed before it could. Gives their names. */
  async endStrangers(): Promise<readonly string[]> {
    const names = this.#strangers.map(({ node }) => node);
    if (names.length === 0) return names;
    const { files, kernel } = this.#parts;
    await kernel.signal(
      this.#strangers.map(({ pid }) => pid),
      'SIGKILL',
    );
    await files.removeAll(names.map((name) => `${this.#lab.spec.directory}/${name}.pid`));
    this.#strangers.length = 0;
    return names;
  }

  /** The record of a node that the lab has, or that it had and whose process has yet to end. */
  record(name: string): NodeRecord | undefined {
    return this.#lab.records.get(name) ?? this.#leaving.get(name);
  }

  /**
   * Brings the rules of the routed network up to date, wherever they are loaded already. A guest that boots answers nothing yet: it is given its
   * own once it is ready.
   */
  async loadRules(): Promise<void> {
    const { records } = this.#lab;
    const runs = (record: NodeRecord | undefined) => record?.process !== undefined && (isNamespace(record.node) || record.ready);
    const there = this.rules.nodes.filter((name) => this.rules.isLoaded(name) || runs(records.get(name)));
    await this.config.rulesChanged(there.flatMap((name) => records.get(name) ?? []));
  }

  isThere({ handle, name }: LoadedProvider): boolean {
    const record = this.#lab.records.get(name);
    return record !== undefined && (isNamespace(record.node) || record.handle === handle);
  }

  /** These nodes of a former description have ended. */
  forget(records: readonly NodeRecord[]): void {
    for (const { name } of records) this.#leaving.delete(name);
  }

  /** Works with another description of the same lab from now on. */
  async follow(lab: Lab): Promise<void> {
    for (const [name, record] of this.#lab.records) {
      if (!lab.records.has(name) && record.process !== undefined) this.#leaving.set(name, record);
    }
    this.#lab = lab;
    this.wiring.follow(lab);
    this.launcher.follow(lab);
    await this.#makeFolders();
  }

  async #makeFolders(): Promise<void> {
    for (const node of this.#lab.spec.topology.nodes) {
      if (node.kind !== 'vm' || !isGenerated(node) || this.#folders.has(node.name)) continue;
      this.#folders.set(node.name, await this.#parts.nodeFolder(node.name));
    }
  }

  #driverNode({ name, node }: NodeRecord): DriverNode {
    const lab = this.#lab;
    const tcp = lab.ports.nodes.get(name);
    const script: NodeScript | undefined = lab.scripts.get(name);
    return {
      lab: lab.spec.name,
      node,
      directory: lab.spec.directory,
      files: lab.spec.files,
      run: this.#folders.get(name) ?? this.#parts.run,
      script: script?.text ?? '',
      ports: lab.driverPorts.get(name) ?? [],
      netns: isNamespace(node) ? name : lab.links.netnsOf(name),
      tcp: { console: tcp?.console?.port, monitor: tcp?.monitor?.port },
      abilities: this.#parts.kernel.abilities,
      resolver: this.config.resolverOf(name),
      seed: () => seedOf(lab, node, this.#parts.files),
    };
  }
}
