import { CLIENT_DNS, CLIENT_DNS6 } from '../../address/uplink-addresses.ts';
import type { NodeHandle } from '../../boundary/driver.ts';
import type { Kernel, KernelFailure, KernelOp } from '../../boundary/kernel.ts';
import type { Flow } from '../../routing/flow.ts';
import type { NodeNetwork, ProviderNetwork } from '../../routing/node-network.ts';
import { nodeRules, noRules } from '../../routing/node-rules.ts';
import { flowAsSeen, forbiddenFlows } from './forbidden-flows.ts';
import { forgetFlowsInGuest } from './guest-flows.ts';
import type { NameBook } from './name-book.ts';
import { namesOf } from './names-of.ts';
import type { ProviderResolvers } from './provider-resolvers.ts';
import type { RoutedLab } from './routed-lab.ts';

/** What keeping the rules of nodes takes. */
export interface NodeRulesParts {
  readonly kernel: Pick<Kernel, 'run' | 'flows'>;
  readonly resolvers: Pick<ProviderResolvers, 'read' | 'forget'>;
  readonly names: Pick<NameBook, 'of' | 'first'>;
  /** Seconds since 1970. */
  readonly time: () => number;
}

/** What a guest is to load: a script of nft(8), and settings below /proc/sys that follow it. */
export interface GuestRules {
  readonly rules: string;
  readonly sysctls: readonly { readonly key: string; readonly value: string }[];
  /** Addresses that are no longer those of clients, or were given anew. */
  readonly purged: readonly string[];
}

/** What a node was last brought to. */
interface Applied {
  readonly text: string;
  readonly network: NodeNetwork | undefined;
  /** Of the guest that it was given to; undefined for a namespace. */
  readonly handle: NodeHandle | undefined;
  /** When it was compiled: seconds since 1970. */
  readonly time: number;
}

/** A provider, and the network that its rules are of. */
export interface LoadedProvider {
  readonly name: string;
  readonly network: ProviderNetwork;
  /** Of a guest. */
  readonly handle: NodeHandle | undefined;
  /** When they were compiled: seconds since 1970. */
  readonly time: number;
}

interface Loading {
  readonly refusal: KernelFailure | undefined;
  readonly afterwards: KernelFailure | undefined;
}

interface Change extends Applied {
  /** Whether a client was reached by its own address until now. */
  readonly wasForwarding: boolean;
  readonly purged: readonly string[];
  /** Flows that go on although the new rules would not let them begin. */
  readonly isForbidden: ((flow: Flow) => boolean) | undefined;
}

/**
 * Keeps the packet filters of nodes as the routed network wants them. They are loaded before a node has an interface of it, and whenever they
 * change; what is as it should be is not loaded again. Only after its rules does a provider forward.
 */
export class NodeRules {
  readonly #parts: NodeRulesParts;
  readonly #routed: () => RoutedLab;
  readonly #applied = new Map<string, Applied>();

  constructor(parts: NodeRulesParts, routed: () => RoutedLab) {
    this.#parts = parts;
    this.#routed = routed;
  }

  /** Nodes that have rules, or still have some although they should not. */
  get nodes(): readonly string[] {
    return [...new Set([...this.#routed().members, ...this.#applied.keys()])];
  }

  isLoaded(node: string): boolean {
    return this.#applied.has(node);
  }

  /** The providers that have rules. */
  get providers(): readonly LoadedProvider[] {
    return [...this.#applied].flatMap(([name, { handle, network, time }]) =>
      network?.provider === undefined ? [] : [{ name, network: network.provider, handle, time }],
    );
  }

  /**
   * Brings these namespaces to their rules; gives what went wrong, a sentence each. Those that no longer exist are forgotten. Names that were
   * never looked up are waited for, not long; not `beforeInterfaces`, when nobody could answer.
   */
  async load(
    namespaces: readonly string[],
    { beforeInterfaces = false }: { readonly beforeInterfaces?: boolean } = {},
  ): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const name of namespaces) {
      const change = await this.#change(name, undefined, !beforeInterfaces);
      if (change === undefined) continue;
      const { refusal, afterwards } = await this.#loadOne(name, change);
      if (afterwards !== undefined) failures.push(`${name}: ${afterwards.message}`);
      if (refusal !== undefined) {
        failures.push(`${name}: the rules of its network are not loaded, so it forwards nothing: ${refusal.message}`);
        continue;
      }
      this.#remember(name, change);
      failures.push(...(await this.#endForbidden(name, change)).map(({ message }) => `${name}: ${message}`));
    }
    return failures;
  }

  /** What a guest lacks; undefined where nothing. Call `loaded` once it has it: it then also forgets the flows that the new rules forbid. */
  async forGuest(name: string, handle: NodeHandle): Promise<(GuestRules & { readonly loaded: () => Promise<void> }) | undefined> {
    const change = await this.#change(name, handle, true);
    if (change === undefined) return undefined;
    const { isForbidden, network, purged, text, wasForwarding } = change;
    const loaded = async () => {
      this.#remember(name, change);
      if (isForbidden !== undefined) await forgetFlowsInGuest(handle, isForbidden);
    };
    return { rules: text, sysctls: sysctlsOf(network, wasForwarding), purged, loaded };
  }

  /** What a guest may read of its own network; empty where it has none. */
  databaseOf(name: string): string {
    return this.#routed().isMember(name) ? this.#routed().databaseOf(name, this.#parts.time()) : '';
  }

  /** The node's namespace, or its guest, is no longer there. */
  forget(name: string): void {
    this.#applied.delete(name);
    this.#parts.resolvers.forget(name);
  }

  async #change(name: string, handle: NodeHandle | undefined, waits: boolean): Promise<Change | undefined> {
    const known = this.#applied.get(name);
    const before = known?.handle === handle ? known : undefined;
    const { names } = this.#parts;
    const time = this.#parts.time();
    const resolvers = this.#routed().isProvider(name) ? await this.#parts.resolvers.read(name, handle) : [];
    const compiled = () => this.#routed().networkOf(name, { resolvers, resolved: names.of(name), now: time });
    const wanted = namesOf(compiled()?.provider);
    if (waits && wanted.length > 0) await names.first({ name, handle, servers: resolvers }, wanted);
    const network = compiled();
    if (network === undefined && before === undefined) return undefined;
    const text = network === undefined ? noRules() : nodeRules(network);
    const change = {
      ...{ text, network, handle, time },
      wasForwarding: isForwarding(before?.network),
      purged: purgedBetween(before?.network, network),
      isForbidden: forbiddenFlows(before?.network, network),
    };
    if (before?.text !== text) return change;
    // Other rules may mean the same for now, and expire at another time.
    this.#remember(name, change);
    return undefined;
  }

  /** Without its rules a node does not forward. Gives why they were refused, and what failed afterwards. */
  async #loadOne(netns: string, { network, purged, text, wasForwarding }: Change): Promise<Loading> {
    const [refusal] = await this.#parts.kernel.run([{ op: 'nft', netns, text }]);
    const settings = sysctlsOf(refusal === undefined ? network : undefined, wasForwarding);
    const outcomes = await this.#parts.kernel.run([
      ...settings.map(({ key, value }): KernelOp => ({ op: 'sysctl', netns, key, value })),
      ...(purged.length === 0 ? [] : [{ op: 'flows-delete' as const, netns, addresses: purged }]),
    ]);
    return { refusal, afterwards: outcomes.find((outcome) => outcome !== undefined && outcome.code !== 'ENOENT') };
  }

  /** Established connections pass without a look at the firewall: those that it forbids now have to be forgotten for it to hold. */
  async #endForbidden(netns: string, { isForbidden }: Change): Promise<readonly KernelFailure[]> {
    if (isForbidden === undefined) return [];
    const { kernel } = this.#parts;
    const flows = (await kernel.flows(netns)).filter((flow) => isForbidden(flowAsSeen(flow)));
    if (flows.length === 0) return [];
    const outcomes = await kernel.run(flows.map((flow): KernelOp => ({ op: 'flow-delete', netns, flow })));
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  #remember(name: string, { handle, network, text, time }: Applied): void {
    if (network === undefined) this.#applied.delete(name);
    else this.#applied.set(name, { handle, network, text, time });
  }
}

/** Whether a client of the node is reached by its own address: others then have to find it behind the node (section 8). */
function isForwarding(network: NodeNetwork | undefined): boolean {
  return network?.provider?.clients.some(({ attached, forwarded }) => attached && forwarded) === true;
}

function answersForOthers(value: '0' | '1'): GuestRules['sysctls'] {
  return [
    { key: 'net/ipv4/conf/all/proxy_arp', value },
    { key: 'net/ipv6/conf/all/proxy_ndp', value },
  ];
}

/** A node forwards while it provides network (specs of Qubes networking, section 5); of others nothing is said. */
function sysctlsOf(network: NodeNetwork | undefined, wasForwarding: boolean): GuestRules['sysctls'] {
  const answers = isForwarding(network) ? answersForOthers('1') : wasForwarding ? answersForOthers('0') : [];
  if (network === undefined) {
    return [...answers, { key: 'net/ipv4/ip_forward', value: '0' }, { key: 'net/ipv6/conf/all/forwarding', value: '0' }];
  }
  if (network.provider === undefined) return answers;
  return [
    ...answers,
    { key: 'net/ipv4/ip_forward', value: '1' },
    { key: 'net/ipv6/conf/all/forwarding', value: network.provider.gateway6 === undefined ? '0' : '1' },
  ];
}

/**
 * Addresses of clients that have come or gone: no connection of one may serve another. And those that clients ask for names, where other
 * servers answer now: who asks again from the same port is to reach them.
 */
function purgedBetween(before: NodeNetwork | undefined, after: NodeNetwork | undefined): readonly string[] {
  const [was, is] = [attachedAddresses(before), attachedAddresses(after)];
  const [asked, asks] = [before?.provider?.resolvers, after?.provider?.resolvers];
  return [
    ...[...was].filter((address) => !is.has(address)),
    ...[...is].filter((address) => !was.has(address)),
    ...(asked === undefined || asks === undefined || asked.join() === asks.join()
      ? []
      : [...CLIENT_DNS, ...(after?.ipv6 === true ? CLIENT_DNS6 : [])]),
  ];
}

function attachedAddresses(network: NodeNetwork | undefined): ReadonlySet<string> {
  const attached = network?.provider?.clients.filter((client) => client.attached) ?? [];
  return new Set(attached.flatMap(({ ip, ip6 }) => (ip6 === undefined ? [ip] : [ip, ip6])));
}
