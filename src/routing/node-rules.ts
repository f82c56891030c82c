import { fakeAddressArpTable } from './fake-address.ts';
import { IPV4, IPV6 } from './family.ts';
import { firewallTable } from './firewall-table.ts';
import { tableRemovalText, tableText } from './nft-table.ts';
import type { NodeNetwork } from './node-network.ts';
import { closedIpv6Table, qubesTable } from './qubes-table.ts';

/**
 * The packet filter of a node, as one script for `nft -f`, which the kernel takes as a whole or not at all. It may be loaded at any time,
 * over whatever an earlier one left: also before the interfaces that it speaks of exist. Left alone are the chains custom-input and
 * custom-forward, what else users put into the tables called qubes, and what the counters have counted.
 */
export function nodeRules(network: NodeNetwork): string {
  const { ipv6, provider } = network;
  const arp = fakeAddressArpTable(provider);
  return [
    tableText(qubesTable(network, IPV4)),
    tableText(ipv6 ? qubesTable(network, IPV6) : closedIpv6Table()),
    provider === undefined ? tableRemovalText('ip', 'qubes-firewall') : tableText(firewallTable(provider, IPV4)),
    provider === undefined || !ipv6 ? tableRemovalText('ip6', 'qubes-firewall') : tableText(firewallTable(provider, IPV6)),
    arp === undefined ? tableRemovalText('arp', 'qubes') : tableText(arp),
  ].join('');
}

/** The script that removes all that nodeRules() ever made at a node, with the user's chains in it. */
export function noRules(): string {
  return [
    tableRemovalText('ip', 'qubes'),
    tableRemovalText('ip6', 'qubes'),
    tableRemovalText('ip', 'qubes-firewall'),
    tableRemovalText('ip6', 'qubes-firewall'),
    tableRemovalText('arp', 'qubes'),
  ].join('');
}
