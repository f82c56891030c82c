import { isIpv4, isIpv6 } from '../model/ip-prefix.ts';
import type { Family } from './family.ts';
import type { FakeAddress, ProviderClient, ProviderNetwork } from './node-network.ts';

/** A client whose interface is to exist, with its real address in one family. */
export interface AttachedClient {
  readonly client: ProviderClient;
  readonly address: string;
}

/** Those that may send and receive in a family. A client with a fake address has no IPv6, as in Qubes: that NAT only knows IPv4. */
export function attachedClients(provider: Pick<ProviderNetwork, 'clients'> | undefined, family: Family): AttachedClient[] {
  return (provider?.clients ?? []).flatMap((client) => {
    const address = family.version === 6 && fakeOf(client) !== undefined ? undefined : realAddress(client, family);
    return client.attached && address !== undefined ? [{ client, address }] : [];
  });
}

/** The addresses in a family of all clients, whether their interfaces exist or not. */
export function clientAddresses(provider: ProviderNetwork, family: Family): string[] {
  return provider.clients.flatMap((client) => realAddress(client, family) ?? []);
}

/** What a client believes its addresses to be, where that is not how things are. */
export function fakeOf({ fake, ip }: Pick<ProviderClient, 'fake' | 'ip'>): FakeAddress | undefined {
  return fake === undefined || fake.ip === ip ? undefined : fake;
}

/** What is no address is as good as none: nobody may use it, and no other client suffers for it. */
function realAddress({ ip, ip6 }: ProviderClient, { version }: Family): string | undefined {
  if (version === 4) return isIpv4(ip) ? ip : undefined;
  return ip6 !== undefined && isIpv6(ip6) ? ip6 : undefined;
}
