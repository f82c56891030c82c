import type { ProviderNetwork } from '../../routing/node-network.ts';

/** The names that the firewalls of a provider's clients speak of, each once. */
export function namesOf(provider: Pick<ProviderNetwork, 'clients'> | undefined): readonly string[] {
  const destinations = provider?.clients.flatMap(({ firewall }) => firewall.map(({ destination }) => destination)) ?? [];
  return [...new Set(destinations.flatMap((destination) => (destination?.kind === 'dsthost' ? [destination.name] : [])))];
}
