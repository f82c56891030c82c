import { attachedClients } from './attached-clients.ts';
import type { Family } from './family.ts';
import { firewallMeaning, type Meaning } from './firewall-meaning.ts';
import type { ProviderNetwork } from './node-network.ts';

/** What may be sent from an address. Two clients may have the same: they send nothing unless their firewalls mean the same. */
export function meaningAt(address: string, family: Family, provider: ProviderNetwork): Meaning {
  const clients = provider.clients.filter(({ ip, ip6 }) => ip === address || ip6 === address);
  const [meaning, ...others] = attachedClients({ ...provider, clients }, family).map(({ client }) =>
    firewallMeaning(client.firewall, family, provider),
  );
  if (meaning === undefined) return { fault: `no client has the address ${address}` };
  const text = JSON.stringify(meaning);
  const agreed = others.every((other) => JSON.stringify(other) === text);
  return agreed ? meaning : { fault: `clients with the same address ${address} have different firewalls` };
}
