import type { NodeNumbers } from '../address/node-numbers.ts';
import { CLIENT_NETMASK, uplinkIp, uplinkIp6 } from '../address/uplink-addresses.ts';
import { isNetworked, type UplinkNode, type UplinkTree } from '../model/uplink-tree.ts';

/** What a client is told of its uplink when it is attached. It stays so until it is attached again. Addresses without prefix length. */
export interface UplinkTerms {
  readonly mac: string;
  /** Its real addresses, which firewalls and the provider's routes know. */
  readonly ip: string;
  readonly ip6: string | undefined;
  /** What the client itself believes: these differ from the real ones where features net.fake-... say so. */
  readonly visibleIp: string;
  readonly visibleGateway: string;
  readonly visibleNetmask: string;
  readonly gateway: string;
  readonly gateway6: string | undefined;
}

/** The addresses of a node in the tree; undefined where it has neither netvm nor clients to provide for, or no number. */
export function addressesOf(
  { nodes }: UplinkTree,
  numbers: NodeNumbers,
  name: string,
): { readonly ip: string; readonly ip6: string | undefined } | undefined {
  const node = nodes.get(name);
  const number = numbers[name];
  if (node === undefined || !isNetworked(node)) return undefined;
  const ip = node.ip ?? (number === undefined ? undefined : uplinkIp(number));
  if (ip === undefined) return undefined;
  return { ip, ip6: node.ipv6 ? (node.ip6 ?? (number === undefined ? undefined : uplinkIp6(number))) : undefined };
}

/** The gateways of a provider's clients: its own address, as it sees it itself (specs of Qubes networking, section 1). */
export function gatewaysOf(
  tree: UplinkTree,
  numbers: NodeNumbers,
  provider: string,
): { readonly gateway: string; readonly gateway6: string | undefined } | undefined {
  const own = addressesOf(tree, numbers, provider);
  if (own === undefined) return undefined;
  return { gateway: tree.nodes.get(provider)?.fakeIp ?? own.ip, gateway6: own.ip6 };
}

/** The terms of a client's uplink as they would be now; undefined where it has none. With `ipv6` at the client alone it has an address and no gateway. */
export function termsOf(tree: UplinkTree, numbers: NodeNumbers, client: string): UplinkTerms | undefined {
  const node = tree.nodes.get(client);
  const own = addressesOf(tree, numbers, client);
  if (node?.netvm === undefined || own === undefined) return undefined;
  const gateways = gatewaysOf(tree, numbers, node.netvm);
  if (gateways === undefined) return undefined;
  return {
    mac: node.mac,
    ...own,
    ...visible(node, own.ip, gateways.gateway),
    gateway: gateways.gateway,
    gateway6: node.ipv6 ? gateways.gateway6 : undefined,
  };
}

export function sameTerms(one: UplinkTerms, other: UplinkTerms): boolean {
  const members = ['mac', 'ip', 'ip6', 'visibleIp', 'visibleGateway', 'visibleNetmask', 'gateway', 'gateway6'] as const;
  return members.every((member) => one[member] === other[member]);
}

function visible({ fakeIp, fakeGateway, fakeNetmask }: UplinkNode, ip: string, gateway: string) {
  return {
    visibleIp: fakeIp ?? ip,
    visibleGateway: fakeGateway ?? gateway,
    visibleNetmask: fakeNetmask ?? CLIENT_NETMASK,
  };
}
