import { attachedClients } from './attached-clients.ts';
import type { Family } from './family.ts';
import { type NftChain, setText } from './nft-table.ts';
import type { ProviderNetwork } from './node-network.ts';

/** Clients with routing-method=forward (the qubes-network-server add-on) are reached by their own addresses, and leave with them. */
export function forwardedChains(provider: ProviderNetwork | undefined, family: Family): NftChain[] {
  const addresses = attachedClients(provider, family).flatMap(({ address, client }) => (client.forwarded ? [address] : []));
  const rules = (field: string) => (addresses.length === 0 ? [] : [`${family.word} ${field} ${setText(addresses)} accept`]);
  return [
    { name: 'forwarded-to', rules: rules('daddr') },
    { name: 'forwarded-from', rules: rules('saddr') },
  ];
}
