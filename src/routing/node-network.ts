import type { FirewallRule } from '../model/firewall-rule.ts';

/** An address that a client believes to have, instead of its own (features net.fake-ip, net.fake-gateway). */
export interface FakeAddress {
  readonly ip: string;
  readonly gateway: string;
}

/** A client, as its provider has to know it. Addresses are text without prefix length; IPv6 in its compressed form. */
export interface ProviderClient {
  readonly name: string;
  /** Its number: `vifNUMBER.0` is its interface in the provider. */
  readonly number: number;
  readonly mac: string;
  /** Its real addresses. */
  readonly ip: string;
  readonly ip6: string | undefined;
  readonly fake: FakeAddress | undefined;
  /** Its interface is to exist now; of the others only the addresses are known, so that nobody else may use them. */
  readonly attached: boolean;
  /** Feature routing-method=forward: reached and seen by its own address, without translation. */
  readonly forwarded: boolean;
  /** Without those that have expired. */
  readonly firewall: readonly FirewallRule[];
}

/** What arrives for a client at a port of its provider, from elsewhere than the provider's clients. */
export interface PortForward {
  readonly proto: 'tcp' | 'udp';
  readonly port: number;
  /** Of the next node on the way: a client of this provider. */
  readonly to: { readonly ip: string; readonly port: number };
}

/** The part of a provider. */
export interface ProviderNetwork {
  /** Its own address, which its clients have as their gateway. */
  readonly gateway: string;
  readonly gateway6: string | undefined;
  /** In the order of names. */
  readonly clients: readonly ProviderClient[];
  /** Name servers that the provider itself uses, of both families, in their order. */
  readonly resolvers: readonly string[];
  /** What names in firewalls mean now; a name that is missing could not be resolved. */
  readonly resolved: ReadonlyMap<string, readonly string[]>;
  readonly forwards: readonly PortForward[];
}

/** A port of the node itself that was forwarded to it. */
export interface ForwardedPort {
  readonly proto: PortForward['proto'];
  readonly port: number;
}

/** What the routed network is at one node: of all nodes that have an uplink or provide one. */
export interface NodeNetwork {
  /** Whether the node has IPv6 at all: an address of its own, or clients that do. */
  readonly ipv6: boolean;
  /** What it lets in from its uplink. */
  readonly forwarded: readonly ForwardedPort[];
  readonly provider: ProviderNetwork | undefined;
}
