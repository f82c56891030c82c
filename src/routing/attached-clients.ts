import { type Family, IPV4 } from './family.ts';
import type { FakeAddress, ProviderClient, ProviderNetwork } from './node-network.ts';

/** A client whose interface is to exist, with its real address in one family. */
export interface AttachedClient {
  readonly client: ProviderClient;
  readonly address: string;
}

/** Those that may send and receive in a family. A client with a fake address has no IPv6, as in Qubes: that NAT only knows IPv4. */
export function attachedClients(provider: ProviderNetwork | undefined, family: Family): AttachedClient[] {
  return (provider?.clients ?? []).flatMap((client) => {
    const address = family === IPV4 ? client.ip : fakeOf(client) === undefined ? client.ip6 : undefined;
    return client.attached && address !== undefined ? [{ client, address }] : [];
  });
}

/** The addresses in a family of all clients, whether their interfaces exist or not. */
export function clientAddresses(provider: ProviderNetwork, family: Family): string[] {
  return provider.clients.flatMap(({ ip, ip6 }) => (family === IPV4 ? [ip] : ip6 === undefined ? [] : [ip6]));
}

/** What a client believes its addresses to be, where that is not how things are. */
export function fakeOf({ fake, ip }: Pick<ProviderClient, 'fake' | 'ip'>): FakeAddress | undefined {
  return fake === undefined || fake.ip === ip ? undefined : fake;
}
