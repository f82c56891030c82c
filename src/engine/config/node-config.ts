import { CLIENT_DNS } from '../../address/uplink-addresses.ts';
import type { NodeHandle } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import { HOST, type Kernel, type KernelOp } from '../../boundary/kernel.ts';
import type { ReadTree, TreeFile } from '../../boundary/read-tree.ts';
import { resolverFile } from '../../boundary/resolver-file.ts';
import type { InterfaceFacts } from '../../keyfile/choose-profile.ts';
import { type GuestFile, guestScript } from '../../keyfile/guest-script.ts';
import type { DnsConfig, InterfaceConfig } from '../../keyfile/interface-config.ts';
import { KEYFILE_ENDING, KEYFILES, NODE_FOLDER_ENDING, PERSISTENT } from '../../keyfile/node-folder.ts';
import { resolvConf } from '../../keyfile/resolv-conf.ts';
import { isNamespace as isNamespaceNode } from '../../model/topology.ts';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import type { PortConfig } from '../../routing/port-config.ts';
import { Turns } from '../turns.ts';
import type { NodeRules } from '../uplinks/node-rules.ts';
import { interfaceOps, withoutConfig } from './interface-ops.ts';
import { Keyfiles } from './keyfiles.ts';
import { uplinkConfig } from './uplink-config.ts';

/** What applying a node's configuration takes. */
export interface NodeConfigParts {
  readonly kernel: Pick<Kernel, 'run'>;
  readonly files: Files;
  readonly readTree: ReadTree;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly log: (message: string) => void;
}

/** What the routed network wants of nodes; a RoutedLab is one. */
export interface RoutedNetwork {
  readonly isMember: (node: string) => boolean;
  readonly hasUplink: (node: string) => boolean;
  readonly portOf: (node: string, port: string) => PortConfig | undefined;
}

/** A node whose interfaces are configured; a NodeRecord is one. */
export interface ConfiguredNode {
  readonly name: string;
  readonly node: { readonly kind: string };
  /** Of a machine that runs. */
  readonly handle: NodeHandle | undefined;
}

/** An interface of a node, as it just came to be or came up again. */
export interface NodeInterface {
  readonly node: ConfiguredNode;
  readonly port: string;
  /** The MAC that it came with, in lower case; undefined where nobody knows. */
  readonly mac: string | undefined;
}

/** What a guest gets of NODE.d/rw, and how much of it are keyfiles. */
const MOST = { bytes: 1024 * 1024, files: 1000 };

/** Where qubesdb-read of a guest looks. */
const DATABASE = '/run/weft/qubesdb';

/** What a guest is given: its whole folder, once in its life; the keyfiles in it; or its rules alone. Each includes the next. */
type Scope = 'all' | 'keyfiles' | 'rules';

/** How long a guest may take over its configuration. Milliseconds. */
const WITHIN = 60_000;

/** What is known of one node. */
interface NodeState {
  readonly turns: Turns;
  /** By port: what the interfaces that were configured say of name servers. */
  readonly dns: Map<string, DnsConfig>;
  resolver: string | undefined;
  /** The name servers that the guest was given last, as text. */
  told: string | undefined;
  /** Of the guest that `dns` is of. */
  handle: NodeHandle | undefined;
}

/**
 * Applies what a lab's directory holds for its nodes: NODE.d/rw, and in it the keyfiles of NetworkManager. The files are read whenever an
 * interface appears. All of it may be done again: what is as it should be is not touched. What goes wrong is a warning, never a failure.
 */
export class NodeConfig {
  readonly #parts: NodeConfigParts;
  readonly #directory: string;
  readonly #routed: () => RoutedNetwork;
  readonly #rules: NodeRules;
  readonly #nodes = new Map<string, NodeState>();
  readonly #loading = new Set<Promise<void>>();
  #warnings: string[] = [];

  constructor(parts: NodeConfigParts, directory: string, routed: () => RoutedNetwork, rules: NodeRules) {
    this.#parts = parts;
    this.#directory = directory;
    this.#routed = routed;
    this.#rules = rules;
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
    return this.#nodes.get(node)?.resolver === undefined && !this.#routed().isMember(node)
      ? undefined
      : resolverFile(this.#parts.run, node);
  }

  /**
   * Prepares namespaces that were just made for the routed network, before they have an interface: their rules, and a resolv.conf of their
   * own, so that what they change in it is theirs.
   */
  async namespacesMade(nodes: readonly string[]): Promise<void> {
    const members = nodes.filter((name) => this.#routed().isMember(name));
    for (const name of members) this.#rules.forget(name);
    for (const failure of await this.#rules.load(members, { beforeInterfaces: true })) this.warn(failure);
    for (const name of members) await this.#ownResolver(name);
  }

  /** What a namespace has learnt of name servers beside its interfaces. */
  async nameServers(node: ConfiguredNode, servers: readonly string[]): Promise<void> {
    await this.#inTurn(node, async () => {
      const state = this.#state(node.name);
      state.dns.set('', serving(servers));
      await this.#writeResolver(node.name, state);
    });
  }

  /** Brings the rules of these nodes up to date, where they differ from what was loaded. Guests are given theirs in their own time. */
  async rulesChanged(nodes: readonly ConfiguredNode[]): Promise<void> {
    const namespaces = nodes.filter(isNamespace).map(({ name }) => name);
    for (const failure of await this.#rules.load(namespaces)) this.warn(failure);
    for (const node of nodes) {
      if (isNamespace(node) || node.handle === undefined || (await this.#rules.forGuest(node.name, node.handle)) === undefined)
        continue;
      const loading = this.#inTurn(node, () => this.#inGuest(node, [], 'rules'))
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
    await this.#inTurn(node, () => this.#inGuest(node, [], 'rules'));
  }

  /** Configures one interface that has just appeared: a namespace's, or one that was named in a running guest. */
  async interfaceAppeared(node: ConfiguredNode, port: string, mac: string | undefined): Promise<void> {
    await this.interfacesAppeared([{ node, port, mac }]);
  }

  /** The same of many; nodes without a folder of their own cost nothing. Guests that do not run are left for `guestReady`. */
  async interfacesAppeared(interfaces: readonly NodeInterface[]): Promise<void> {
    const byNode = new Map<string, NodeInterface[]>();
    for (const each of interfaces) byNode.set(each.node.name, [...(byNode.get(each.node.name) ?? []), each]);
    const folders = await this.#folders([...byNode.keys()]);
    for (const [name, own] of byNode) {
      const [first] = own;
      if (first === undefined || !(folders.has(name) || this.#nodes.has(name) || this.#routed().isMember(name))) continue;
      await this.#inTurn(first.node, () =>
        isNamespace(first.node) ? this.#inNamespace(name, own) : this.#inGuest(first.node, own, 'keyfiles'),
      );
    }
  }

  /** Configures the machine's own uplink. A default route that it has already stays the only one. */
  async machineInterface(node: string, port: string): Promise<void> {
    const wanted = this.#routed().portOf(node, port);
    if (wanted === undefined) return;
    const routed = (await this.#parts.files.readTextIfThere('/proc/net/route')) ?? '';
    const hasDefault = routed.split('\n').some((line) => !line.startsWith(`${port}\t`) && /^\S+\t00000000\t/.test(line));
    if (hasDefault)
      this.warn(`the machine has a default route of its own, so ${port} has none; add routes to what is to go there`);
    const routes = wanted.routes.filter(({ destination }) => !hasDefault || !/^(0\.0\.0\.0|::)\/0$/.test(destination));
    const failures = await this.#parts.kernel.run(interfaceOps(HOST, port, { ...uplinkConfig(wanted), routes }));
    for (const failure of failures) if (failure !== undefined) this.warn(`${node}: ${failure.message}`);
  }

  /** Gives a guest that is ready its NODE.d/rw as /rw, once in its life, and configures the interfaces that it came up with. */
  async guestReady(node: ConfiguredNode, interfaces: readonly Omit<NodeInterface, 'node'>[]): Promise<void> {
    if (!this.#routed().isMember(node.name) && !(await this.#folders([node.name])).has(node.name)) return;
    const own = interfaces.map((each) => ({ node, ...each }));
    await this.#inTurn(node, () => this.#inGuest(node, own, 'all'));
  }

  /** An interface went: its name servers go with it; in a guest in their own time. */
  async interfaceGone(node: ConfiguredNode, port: string): Promise<void> {
    const state = this.#nodes.get(node.name);
    if (state?.dns.delete(port) !== true) return;
    if (isNamespace(node)) await this.#inTurn(node, () => this.#writeResolver(node.name, state));
    else void this.#inTurn(node, () => this.#inGuest(node, [], 'keyfiles')).catch((bug: unknown) => this.#parts.log(String(bug)));
  }

  /** A node is no longer of the lab. */
  async nodeGone(name: string): Promise<void> {
    this.#rules.forget(name);
    const state = this.#nodes.get(name);
    if (state === undefined) return;
    state.dns.clear();
    await this.#writeResolver(name, state);
    this.#nodes.delete(name);
  }

  async #inNamespace(name: string, interfaces: readonly NodeInterface[]): Promise<void> {
    const keyfiles = this.#keyfiles(name, await this.#keyfileTree(name));
    const state = this.#state(name);
    const ops: KernelOp[] = [];
    for (const { mac, port } of interfaces) {
      const config = this.#configOf(name, { name: port, mac }, keyfiles);
      if (config !== undefined) ops.push(...interfaceOps(name, port, config));
      else if (state.dns.has(port)) ops.push(...withoutConfig(name, port));
      remember(state, port, config);
    }
    const failures = ops.length === 0 ? [] : await this.#parts.kernel.run(ops);
    for (const [at, failure] of failures.entries()) {
      const op = ops[at];
      // A kernel without IPv6 has nothing to switch off.
      const noIpv6 = failure?.code === 'ENOENT' && op?.op === 'sysctl' && op.key.endsWith('/disable_ipv6') && op.value === '1';
      if (failure !== undefined && !noIpv6) this.warn(`${name}: ${failure.message}`);
    }
    await this.#writeResolver(name, state);
  }

  async #inGuest(node: ConfiguredNode, interfaces: readonly NodeInterface[], what: Scope): Promise<void> {
    const { name } = node;
    const tree = what === 'all' ? await this.#read(name, PERSISTENT) : [];
    const files = what === 'rules' ? [] : await this.#keyfileTree(name);
    const keyfiles = this.#keyfiles(name, files);
    const state = this.#state(name);
    if (state.handle !== node.handle) {
      state.dns.clear();
      state.told = undefined;
    }
    state.handle = node.handle;
    const configs = interfaces.flatMap(({ mac, port }) => {
      const config = this.#configOf(name, { name: port, mac }, keyfiles);
      remember(state, port, config);
      return config === undefined ? [] : [{ name: port, config }];
    });
    if (node.handle === undefined) return;
    const lacking = await this.#rules.forGuest(name, node.handle);
    const resolver = resolvConf([...state.dns.values()]);
    if (tree.length + files.length + configs.length === 0 && lacking === undefined && resolver === state.told) return;
    const database = this.#rules.databaseOf(name);
    const script = guestScript({
      ...(lacking === undefined ? {} : { rules: lacking.rules, sysctls: lacking.sysctls, purged: lacking.purged }),
      files: database === '' ? [] : [{ path: DATABASE, mode: 0o644, content: encodeUtf8(database) }],
      tree: tree.map((file) => placed(PERSISTENT, file)),
      keyfiles: files.map((file) => ({ ...placed(KEYFILES, file), mode: 0o600 })),
      interfaces: configs,
      resolver,
    });
    const { code, stderr } = await node.handle.exec(['/bin/sh', '-s'], encodeUtf8(script), WITHIN);
    const said = decodeUtf8(stderr)
      .split('\n')
      .filter((line) => line.trim() !== '');
    for (const line of said) this.warn(`${name}: ${line}`);
    if (code === 0) {
      state.told = resolver;
      await lacking?.loaded();
    }
    if (code !== 0 && said.length === 0) this.warn(`${name}: its configuration failed with exit code ${code}`);
    // The name servers that the script has just set are those that clients are led to.
    if (code === 0 && (lacking !== undefined || configs.length > 0)) await this.#inGuest(node, [], 'rules');
  }

  async #writeResolver(name: string, state: NodeState): Promise<void> {
    const text = resolvConf([...state.dns.values()]);
    if (text === state.resolver) return;
    const { files, run } = this.#parts;
    const path = resolverFile(run, name);
    if (text === undefined && this.#routed().isMember(name)) return;
    if (text === undefined) await files.remove(path);
    else {
      await files.makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o700);
      await files.replace(path, text, { mode: 0o644 });
    }
    state.resolver = text;
  }

  /** The routed network says what its own interfaces are to be, and keyfiles what the others are. */
  #configOf(node: string, facts: InterfaceFacts, keyfiles: Keyfiles): InterfaceConfig | undefined {
    const port = this.#routed().portOf(node, facts.name);
    return port === undefined ? keyfiles.configOf(facts) : uplinkConfig(port);
  }

  /** Where nothing else says so, name servers are looked up as the machine does, or by the uplink that is to come. */
  async #ownResolver(name: string): Promise<void> {
    const { files, run } = this.#parts;
    const path = resolverFile(run, name);
    const state = this.#state(name);
    if (state.resolver !== undefined || (await files.exists(path))) return;
    const text = this.#routed().hasUplink(name)
      ? resolvConf([serving(CLIENT_DNS)])
      : await files.readTextIfThere('/etc/resolv.conf');
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o700);
    await files.replace(path, text ?? '', { mode: 0o644 });
  }

  #keyfiles(name: string, files: readonly TreeFile[]): Keyfiles {
    const keyfiles = Keyfiles.read(`${this.#folder(name)}/${KEYFILES}`, files);
    for (const warning of keyfiles.warnings) this.warn(warning);
    return keyfiles;
  }

  async #keyfileTree(name: string): Promise<readonly TreeFile[]> {
    const files = await this.#read(name, KEYFILES);
    return files.filter((file) => file.name.endsWith(KEYFILE_ENDING) && !file.name.includes('/') && !file.name.startsWith('.'));
  }

  async #read(name: string, below: string): Promise<readonly TreeFile[]> {
    const folder = `${this.#folder(name)}/${below}`;
    const { files, tooMuch } = await this.#parts.readTree(folder, MOST);
    if (!tooMuch) return files;
    this.warn(
      `${folder} holds more than ${MOST.bytes / 1024 / 1024} MiB or ${MOST.files} files: ${name} is given the first ${files.length} of them`,
    );
    return files;
  }

  /** Those of these nodes that have a folder of their own. */
  async #folders(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    if (nodes.length === 0) return new Set();
    try {
      const there = new Set(await this.#parts.files.list(this.#directory));
      return new Set(nodes.filter((node) => there.has(`${node}${NODE_FOLDER_ENDING}`)));
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return new Set();
    }
  }

  #folder(name: string): string {
    return `${this.#directory}/${name}${NODE_FOLDER_ENDING}`;
  }

  #state(name: string): NodeState {
    const state = this.#nodes.get(name) ?? {
      turns: new Turns(),
      dns: new Map<string, DnsConfig>(),
      resolver: undefined,
      told: undefined,
      handle: undefined,
    };
    this.#nodes.set(name, state);
    return state;
  }

  async #inTurn(node: ConfiguredNode, work: () => Promise<void>): Promise<void> {
    try {
      await this.#state(node.name).turns.take(work);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      // A guest that ended meanwhile is configured when it starts again.
      if (!isNamespace(node) && node.handle === undefined) return;
      this.warn(`${node.name} is not configured by ${this.#folder(node.name)}: ${failure.message}`);
    }
  }
}

/** Name servers that come before any that a keyfile names. */
function serving(servers: readonly string[]): DnsConfig {
  return { servers, search: [], options: [], priority: 0 };
}

function isNamespace({ node }: ConfiguredNode): boolean {
  return isNamespaceNode(node);
}

function remember({ dns }: NodeState, port: string, config: InterfaceConfig | undefined): void {
  if (config === undefined) dns.delete(port);
  else dns.set(port, config.dns);
}

function placed(below: string, { content, mode, name }: TreeFile): GuestFile {
  return { path: `/${below}/${name}`, mode, content };
}
