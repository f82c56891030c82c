import { attachedClients, clientAddresses } from './attached-clients.ts';
import { NOT_FROM_CLIENTS, NOT_TO_CLIENTS } from './client-interfaces.ts';
import { resolversOf } from './dns-chain.ts';
import type { Family } from './family.ts';
import { firewallChainName, firewallChainRules } from './firewall-chain.ts';
import { meaningAt } from './meaning-at.ts';
import { type NftChain, type NftTable, setText } from './nft-table.ts';
import type { ProviderNetwork } from './node-network.ts';

/**
 * What clients may send through their provider, in one family (Qubes' tables ip qubes-firewall and ip6 qubes-firewall): each has a chain,
 * by its real address, and whoever has none sends nothing. Addresses of clients, also of those that are not there now, do not come or go
 * elsewhere; what comes is dropped behind the base rules, which drop the same and count it.
 */
export function firewallTable(provider: ProviderNetwork, family: Family): NftTable {
  const { word } = family;
  const chains = firewallChains(provider, family);
  const jumps = [...chains.keys()].map((address) => `${address} : jump ${firewallChainName(address)}`);
  const addresses = clientAddresses(provider, family);
  const elsewhere = (rule: string, field: string) =>
    addresses.length === 0 ? [] : [`${rule} ${word} ${field} ${setText(addresses)} drop`];
  return {
    family: word,
    name: 'qubes-firewall',
    anew: true,
    counters: [],
    sets: [{ name: 'dns-addr', type: family.addressType, elements: resolversOf(provider, family) }],
    chains: [
      ...[...chains].map(([address, rules]): NftChain => ({ name: firewallChainName(address), rules })),
      { name: 'qubes-forward', rules: jumps.length === 0 ? [] : [`${word} saddr vmap ${setText(jumps)}`] },
      {
        name: 'prerouting',
        hook: 'type filter hook prerouting priority raw + 1; policy accept;',
        rules: elsewhere(NOT_FROM_CLIENTS, 'saddr'),
      },
      {
        name: 'postrouting',
        hook: 'type filter hook postrouting priority raw; policy accept;',
        rules: elsewhere(NOT_TO_CLIENTS, 'daddr'),
      },
      {
        name: 'forward',
        hook: 'type filter hook forward priority filter; policy drop;',
        rules: ['ct state established,related accept', `${NOT_FROM_CLIENTS} accept`, 'jump qubes-forward'],
      },
    ],
  };
}

function firewallChains(provider: ProviderNetwork, family: Family): Map<string, readonly string[]> {
  const addresses = attachedClients(provider, family).map(({ address }) => address);
  return new Map(addresses.map((address) => [address, firewallChainRules(meaningAt(address, family, provider), family)]));
}
