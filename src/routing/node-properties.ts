import type { NodeNumbers } from '../address/node-numbers.ts';
import { CLIENT_DNS, CLIENT_DNS6 } from '../address/uplink-addresses.ts';
import type { UplinkTree } from '../model/uplink-tree.ts';
import { addressesOf, gatewaysOf, termsOf } from './uplink-terms.ts';

/**
 * What follows from a node's place in the tree, by the names of Qubes' properties (specs of Qubes networking, section 1). Those that it does
 * not have are undefined.
 */
export function derivedProperties(
  tree: UplinkTree,
  numbers: NodeNumbers,
  name: string,
): Readonly<Record<string, string | undefined>> {
  const node = tree.nodes.get(name);
  const own = addressesOf(tree, numbers, name);
  const terms = termsOf(tree, numbers, name);
  const gateways = node?.providesNetwork === true ? gatewaysOf(tree, numbers, name) : undefined;
  return {
    qid: numbers[name]?.toString(),
    netvm: node?.netvm,
    mac: node?.mac,
    ip: own?.ip,
    ip6: own?.ip6,
    gateway: gateways?.gateway,
    gateway6: gateways?.gateway6,
    visible_ip: terms?.visibleIp ?? own?.ip,
    visible_ip6: own?.ip6,
    visible_gateway: terms?.visibleGateway,
    visible_gateway6: terms?.gateway6,
    visible_netmask: terms?.visibleNetmask,
    dns: own === undefined ? undefined : CLIENT_DNS.join(' '),
    dns6: (terms === undefined ? gateways : terms)?.gateway6 === undefined ? undefined : CLIENT_DNS6.join(' '),
  };
}
