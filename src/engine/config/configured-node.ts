import type { NodeHandle } from '../../boundary/driver.ts';
import type { DnsConfig, InterfaceConfig } from '../../keyfile/interface-config.ts';
import { isNamespace as isNamespaceNode } from '../../model/topology.ts';
import type { PortConfig } from '../../routing/port-config.ts';
import type { Keyfiles } from './keyfiles.ts';
import { uplinkConfig } from './uplink-config.ts';

/** A node whose interfaces are configured; a NodeRecord is one. */
export interface ConfiguredNode {
  readonly name: string;
  readonly node: { readonly kind: string };
  /** Of a machine that runs. */
  readonly handle: NodeHandle | undefined;
}

/** An interface of a node, as it just came to be or came up again. */
export interface NodeInterface {
  readonly port: string;
  /** The MAC that it came with, in lower case; undefined where nobody knows. */
  readonly mac: string | undefined;
}

/** What the routed network wants of nodes; a RoutedLab is one. */
export interface RoutedNetwork {
  readonly isMember: (node: string) => boolean;
  /** The name servers that a client is told of; undefined for a node without an uplink. */
  readonly nameServersOf: (node: string) => readonly string[] | undefined;
  readonly portOf: (node: string, port: string) => PortConfig | undefined;
}

/** By port: what the interfaces of one node that were configured say of name servers. */
export type NameServersByPort = Map<string, DnsConfig>;

export function isNamespace({ node }: ConfiguredNode): boolean {
  return isNamespaceNode(node);
}

/** The routed network says what its own interfaces are to be, and keyfiles what the others are. */
export function configOf(
  routed: RoutedNetwork,
  keyfiles: Keyfiles,
  node: string,
  { mac, port }: NodeInterface,
): InterfaceConfig | undefined {
  const own = routed.portOf(node, port);
  return own === undefined ? keyfiles.configOf({ name: port, mac }) : uplinkConfig(own);
}

export function remember(dns: NameServersByPort, port: string, config: InterfaceConfig | undefined): void {
  if (config === undefined) dns.delete(port);
  else dns.set(port, config.dns);
}
