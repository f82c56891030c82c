import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import type { ReadTree, TreeFile } from '../../boundary/read-tree.ts';
import { KEYFILES } from '../../keyfile/node-folder.ts';
import { Turns } from '../turns.ts';
import type { NodeRules } from '../uplinks/node-rules.ts';
import { type ConfiguredNode, isNamespace, type NodeInterface, type RoutedNetwork } from './configured-node.ts';
import { GuestConfig } from './guest-config.ts';
import { Keyfiles } from './keyfiles.ts';
import { configureMachine } from './machine-uplink.ts';
import { NamespaceConfig } from './namespace-config.ts';
import { NodeFolders } from './node-folders.ts';
import { ResolverFiles } from './resolver-files.ts';

/** What applying a node's configuration takes. */
export interface NodeConfigParts {
  readonly kernel: Pick<Kernel, 'run'>;
  readonly files: Files;
  readonly readTree: ReadTree;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly log: (message: string) => void;
}

/** An interface, and whose it is. */
interface OwnedInterface extends NodeInterface {
  readonly node: ConfiguredNode;
}

/**
 * Applies what a lab's directory holds for its nodes, NODE.d/rw and in it the keyfiles of NetworkManager, and what the routed network wants of
 * them. The files are read whenever an interface appears. All of it may be done again: what is as it should be is not touched. What goes
 * wrong is a warning, never a failure.
 */
export class NodeConfig {
  readonly #parts: NodeConfigParts;
  readonly #routed: () => RoutedNetwork;
  readonly #rules: NodeRules;
  readonly #folders: NodeFolders;
  readonly #resolvers: ResolverFiles;
  readonly #namespaces: NamespaceConfig;
  readonly #guests: GuestConfig;
  /** What happens to one node happens one after the other. */
  readonly #turns = new Map<string, Turns>();
  readonly #loading = new Set<Promise<void>>();
  #warnings: string[] = [];

  constructor(parts: NodeConfigParts, directory: string, routed: () => RoutedNetwork, rules: NodeRules) {
    this.#parts = parts;
    this.#routed = routed;
    this.#rules = rules;
    const warn = (message: string) => this.warn(message);
    const keyfiles = (node: string, files: readonly TreeFile[]) => this.#keyfiles(node, files);
    this.#folders = new NodeFolders({ ...parts, warn }, directory);
    this.#resolvers = new ResolverFiles({ ...parts, routed });
    const common = { routed, keyfiles, warn, folders: this.#folders };
    this.#namespaces = new NamespaceConfig({ ...common, kernel: parts.kernel, resolvers: this.#resolvers });
    this.#guests = new GuestConfig({ ...common, rules });
  }

  /** The warnings since the last call, each once. */
  takeWarnings(): readonly string[] {
    const taken = [...new Set(this.#warnings)];
    this.#warnings = [];
    return taken;
  }

  /** Tells of something now, and with the outcome of the next command. */
  warn(message: string): void {
    this.#parts.log(message);
    this.#warnings.push(message);
  }

  /** The file that a namespace node sees as /etc/resolv.conf; undefined where it sees the machine's. */
  resolverOf(node: string): string | undefined {
    return this.#resolvers.of(node);
  }

  /**
   * Prepares namespaces that were just made for the routed network, before they have an interface: their rules, and a resolv.conf of their
   * own, so that what they change in it is theirs.
   */
  async namespacesMade(nodes: readonly string[]): Promise<void> {
    const members = nodes.filter((name) => this.#routed().isMember(name));
    for (const name of members) this.#rules.forget(name);
    // Their clients are led to the name servers that they have then.
    for (const name of members) await this.#resolvers.prepare(name);
    for (const failure of await this.#rules.load(members, { beforeInterfaces: true })) this.warn(failure);
  }

  /** What a namespace has learnt of name servers beside its interfaces. */
  async nameServers(node: ConfiguredNode, servers: readonly string[]): Promise<void> {
    await this.#inTurn(node, () => this.#namespaces.nameServers(node.name, servers));
  }

  /** Brings the rules of these nodes up to date, where they differ from what was loaded. Guests are given theirs in their own time. */
  async rulesChanged(nodes: readonly ConfiguredNode[]): Promise<void> {
    const namespaces = nodes.filter(isNamespace).map(({ name }) => name);
    for (const failure of await this.#rules.load(namespaces)) this.warn(failure);
    for (const node of nodes) {
      if (isNamespace(node) || node.handle === undefined || (await this.#rules.forGuest(node.name, node.handle)) === undefined)
        continue;
      const loading = this.#inTurn(node, () => this.#guests.bring(node, [], 'rules'))
        .catch((bug: unknown) => this.#parts.log(String(bug)))
        .finally(() => this.#loading.delete(loading));
      this.#loading.add(loading);
    }
  }

  /** What guests are at loading now; none of it fails. */
  get loading(): readonly Promise<void>[] {
    return [...this.#loading];
  }

  /** Resolves when a guest that is ready has its rules: before that none of its interfaces of the routed network may be up. */
  async guestPrepared(node: ConfiguredNode): Promise<void> {
    if (isNamespace(node) || !this.#routed().isMember(node.name)) return;
    await this.#inTurn(node, () => this.#guests.bring(node, [], 'rules'));
  }

  /** Configures one interface that has just appeared: a namespace's, or one that was named in a running guest. */
  async interfaceAppeared(node: ConfiguredNode, port: string, mac: string | undefined): Promise<void> {
    await this.interfacesAppeared([{ node, port, mac }]);
  }

  /** The same of many; nodes without a folder of their own cost nothing. Guests that do not run are left for `guestReady`. */
  async interfacesAppeared(interfaces: readonly OwnedInterface[]): Promise<void> {
    const byNode = new Map<string, OwnedInterface[]>();
    for (const each of interfaces) byNode.set(each.node.name, [...(byNode.get(each.node.name) ?? []), each]);
    const folders = await this.#folders.among([...byNode.keys()]);
    const isConfigured = (name: string) => folders.has(name) || this.#isKnown(name) || this.#routed().isMember(name);
    await Promise.all(
      [...byNode].map(async ([name, own]) => {
        const [first] = own;
        if (first === undefined || !isConfigured(name)) return;
        const { node } = first;
        await this.#inTurn(node, () =>
          isNamespace(node) ? this.#namespaces.bring(name, own) : this.#guests.bring(node, own, 'keyfiles'),
        );
      }),
    );
  }

  /** Configures the machine's own uplink; any other of its interfaces is left alone. */
  async machineInterface(node: string, port: string): Promise<void> {
    const wanted = this.#routed().portOf(node, port);
    if (wanted === undefined) return;
    for (const message of await configureMachine(this.#parts, port, wanted)) this.warn(`${node}: ${message}`);
  }

  /** Gives a guest that is ready its NODE.d/rw as /rw, once in its life, and configures the interfaces that it came up with. */
  async guestReady(node: ConfiguredNode, interfaces: readonly NodeInterface[]): Promise<void> {
    if (!this.#routed().isMember(node.name) && !(await this.#folders.among([node.name])).has(node.name)) return;
    await this.#inTurn(node, () => this.#guests.bring(node, interfaces, 'all'));
  }

  /** An interface went: its name servers go with it; in a guest in their own time. */
  async interfaceGone(node: ConfiguredNode, port: string): Promise<void> {
    const { name } = node;
    if (isNamespace(node)) {
      if (this.#namespaces.knows(name, port)) await this.#inTurn(node, () => this.#namespaces.interfaceGone(name, port));
    } else if (this.#guests.interfaceGone(name, port)) {
      const telling = this.#inTurn(node, () => this.#guests.bring(node, [], 'keyfiles'));
      void telling.catch((bug: unknown) => this.#parts.log(String(bug)));
    }
  }

  /** A node is no longer of the lab. */
  async nodeGone(name: string): Promise<void> {
    this.#rules.forget(name);
    this.#guests.forget(name);
    this.#turns.delete(name);
    await this.#namespaces.forget(name);
  }

  #isKnown(name: string): boolean {
    return this.#namespaces.isKnown(name) || this.#guests.isKnown(name);
  }

  #keyfiles(name: string, files: readonly TreeFile[]): Keyfiles {
    const keyfiles = Keyfiles.read(`${this.#folders.pathOf(name)}/${KEYFILES}`, files);
    for (const warning of keyfiles.warnings) this.warn(warning);
    return keyfiles;
  }

  async #inTurn(node: ConfiguredNode, work: () => Promise<void>): Promise<void> {
    const turns = this.#turns.get(node.name) ?? new Turns();
    this.#turns.set(node.name, turns);
    try {
      await turns.take(work);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      // A guest that ended meanwhile is configured when it starts again.
      if (!isNamespace(node) && node.handle === undefined) return;
      this.warn(`${node.name} is not configured by ${this.#folders.pathOf(node.name)}: ${failure.message}`);
    }
  }
}
