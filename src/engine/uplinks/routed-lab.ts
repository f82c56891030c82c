import type { NodeNumbers } from '../../address/node-numbers.ts';
import { firewallOf } from '../../model/firewall-of.ts';
import type { FirewallRule } from '../../model/firewall-rule.ts';
import { type PortForwardWay, portForwardWays } from '../../model/port-forward-ways.ts';
import type { Topology } from '../../model/topology.ts';
import { clientsOf, isNetworked, providersOf, type UplinkTree, uplinkTree } from '../../model/uplink-tree.ts';
import type { Uplink } from '../../plan/uplinks.ts';
import { forwardsAt } from '../../routing/forwards-at.ts';
import { nodeDatabase } from '../../routing/node-database.ts';
import type { ForwardedPort, NodeNetwork, ProviderClient, ProviderNetwork } from '../../routing/node-network.ts';
import { clientPort, type PortConfig, providerPort } from '../../routing/port-config.ts';
import { addressesOf, gatewaysOf, sameTerms, termsOf, type UplinkTerms } from '../../routing/uplink-terms.ts';
import { type DesiredState, desiredTopology } from '../desired/desired-state.ts';

/** What only a running lab knows of the routed network. */
export interface NetworkFacts {
  /** Name servers that a provider itself uses. */
  readonly resolvers: readonly string[];
  /** What names in firewalls mean now, as that provider's resolvers say. */
  readonly resolved: ReadonlyMap<string, readonly string[]>;
  /** Seconds since 1970: rules that have expired do not count. */
  readonly now: number;
  /** Clients that count as attached although they are not yet. */
  readonly expects?: (client: string) => boolean;
}

/** One end of an uplink. */
interface UplinkEnd {
  readonly uplink: Uplink;
  readonly side: 'client' | 'provider';
}

/** The routed network of a lab, compiled from its desired state: who is in it, and what each node and interface of it is to be. */
export class RoutedLab {
  readonly #topology: Topology;
  readonly #tree: UplinkTree;
  readonly #ways: readonly PortForwardWay[];
  readonly #numbers: NodeNumbers;
  readonly #uplinks: readonly Uplink[];
  readonly #byPort: ReadonlyMap<string, UplinkEnd>;

  private constructor(topology: Topology, numbers: NodeNumbers, uplinks: readonly Uplink[]) {
    this.#topology = topology;
    this.#tree = uplinkTree(topology);
    this.#ways = portForwardWays(topology, this.#tree).ways;
    this.#numbers = numbers;
    this.#uplinks = uplinks;
    this.#byPort = new Map(
      uplinks.flatMap((uplink): [string, UplinkEnd][] => [
        [`${uplink.client}:${uplink.clientPort}`, { uplink, side: 'client' }],
        [`${uplink.provider}:${uplink.providerPort}`, { uplink, side: 'provider' }],
      ]),
    );
  }

  static of(
    state: Pick<DesiredState, 'spec' | 'changes' | 'uplinks' | 'numbers'>,
    topology: Topology = desiredTopology(state),
  ): RoutedLab {
    return new RoutedLab(topology, state.numbers, state.uplinks);
  }

  /** Nodes whose rules are ours. */
  get members(): readonly string[] {
    const named = [...this.#tree.nodes.values()].filter(isNetworked).map(({ name }) => name);
    return [...new Set([...named, ...this.#uplinks.flatMap(({ client, provider }) => [client, provider])])];
  }

  isMember(name: string): boolean {
    const node = this.#tree.nodes.get(name);
    return (
      (node !== undefined && isNetworked(node)) ||
      this.#uplinks.some(({ client, provider }) => client === name || provider === name)
    );
  }

  isProvider(name: string): boolean {
    return this.#tree.nodes.get(name)?.providesNetwork === true || this.#uplinks.some(({ provider }) => provider === name);
  }

  /** What a client has as its name servers, or will have once it is attached; undefined for a node without an uplink. */
  nameServersOf(name: string): readonly string[] | undefined {
    const terms = this.#uplinks.find(({ client }) => client === name)?.terms ?? this.termsOf(name);
    return terms && clientPort(terms).nameServers;
  }

  /** The way from a node to the end: its netvm first. */
  providersOf(name: string): readonly string[] {
    return providersOf(this.#tree, name);
  }

  /** Those whose netvm a node is, whether they run or not. */
  clientsOf(name: string): readonly string[] {
    return clientsOf(this.#tree, name).map((client) => client.name);
  }

  /** The clients, of these nodes and of all below them, that are attached on other terms than they would be now; of a node that is named, always. */
  toAttachAgain(nodes: readonly string[]): readonly string[] {
    const named = new Set(nodes);
    return this.#uplinks
      .filter(({ client, provider, terms }) => {
        if (named.has(client)) return true;
        if (![provider, ...providersOf(this.#tree, provider)].some((node) => named.has(node))) return false;
        const now = termsOf(this.#tree, this.#numbers, client);
        return now !== undefined && !sameTerms(terms, now);
      })
      .map(({ client }) => client);
  }

  /** What a node may read of its own network: a line KEY=VALUE for each key of its database. */
  databaseOf(name: string, now: number): string {
    const facts = { topology: this.#topology, tree: this.#tree, numbers: this.#numbers, now };
    return [...nodeDatabase(facts, name)].map(([key, value]) => `${key}=${value}\n`).join('');
  }

  /** The terms of a client's uplink as they would be now. */
  termsOf(name: string): UplinkTerms | undefined {
    return termsOf(this.#tree, this.#numbers, name);
  }

  /** What an interface is to be; undefined where it is none of the routed network. */
  portOf(node: string, port: string): PortConfig | undefined {
    const found = this.#byPort.get(`${node}:${port}`);
    if (found === undefined) return undefined;
    const { uplink, side } = found;
    return side === 'client'
      ? clientPort(uplink.terms)
      : providerPort(uplink.terms, this.#numbers[uplink.client] ?? 0, uplink.providerMac);
  }

  /** The addresses of the client at a provider's interface; empty at any other. */
  addressesAt(node: string, port: string): readonly string[] {
    const found = this.#byPort.get(`${node}:${port}`);
    if (found?.side !== 'provider') return [];
    const { ip, ip6 } = found.uplink.terms;
    return ip6 === undefined ? [ip] : [ip, ip6];
  }

  networkOf(name: string, facts: NetworkFacts): NodeNetwork | undefined {
    if (!this.isMember(name)) return undefined;
    const provider = this.isProvider(name) ? this.#provider(name, facts) : undefined;
    const own = this.#uplinks.find(({ client }) => client === name)?.terms ?? addressesOf(this.#tree, this.#numbers, name);
    const ipv6 = own?.ip6 !== undefined || provider?.clients.some(({ attached, ip6 }) => attached && ip6 !== undefined) === true;
    return { ipv6, forwarded: this.#forwardedTo(name), provider };
  }

  #provider(name: string, { expects, now, resolved, resolvers }: NetworkFacts): ProviderNetwork | undefined {
    const gateways = gatewaysOf(this.#tree, this.#numbers, name);
    const attached = new Map(
      this.#uplinks.filter(({ provider }) => provider === name).map((uplink) => [uplink.client, uplink.terms]),
    );
    const names = new Set([...clientsOf(this.#tree, name).map((client) => client.name), ...attached.keys()]);
    const clients = [...names].sort().flatMap((client) => {
      const terms = attached.get(client) ?? termsOf(this.#tree, this.#numbers, client);
      const number = this.#numbers[client];
      if (terms === undefined || number === undefined) return [];
      const isAttached = attached.has(client) || expects?.(client) === true;
      return [this.#client({ name: client, number, attached: isAttached, firewall: this.#firewallOf(client, now) }, terms)];
    });
    if (gateways === undefined) return undefined;
    return { ...gateways, clients, resolvers, resolved, forwards: forwardsAt(name, clients, this.#ways) };
  }

  #forwardedTo(name: string): readonly ForwardedPort[] {
    const ports = this.#ways.flatMap(({ target, wish }): ForwardedPort[] =>
      target === name ? [{ proto: wish.proto, port: wish.targetPort }] : [],
    );
    return [...new Map(ports.map((each) => [`${each.proto} ${each.port}`, each])).values()];
  }

  #firewallOf(name: string, now: number): readonly FirewallRule[] {
    const node = this.#topology.nodes.find((candidate) => candidate.name === name);
    return node === undefined ? [] : firewallOf(this.#topology, node, now);
  }

  #client(known: Pick<ProviderClient, 'name' | 'number' | 'attached' | 'firewall'>, terms: UplinkTerms): ProviderClient {
    const { ip, ip6, mac, visibleGateway, visibleIp } = terms;
    return {
      ...known,
      mac,
      ip,
      ip6,
      fake: visibleIp === ip ? undefined : { ip: visibleIp, gateway: visibleGateway },
      forwarded: this.#tree.nodes.get(known.name)?.forwarded === true,
    };
  }
}
