import { fakeOf } from './attached-clients.ts';
import type { ProviderClient } from './node-network.ts';

/** The addresses that a client has permanent neighbour entries for at its interface in the provider, all with its MAC. */
export function clientNeighbours(client: Pick<ProviderClient, 'ip' | 'ip6' | 'fake'>): string[] {
  return [client.ip, client.ip6, fakeOf(client)?.ip].filter((address) => address !== undefined);
}
