import type { PortForwardWay } from '../model/port-forward-ways.ts';
import { attachedClients } from './attached-clients.ts';
import { IPV4, IPV6 } from './family.ts';
import type { PortForward, ProviderClient } from './node-network.ts';

/**
 * What a provider sends on to its clients of the ports that are forwarded through it, in both families: to the port of the same number at
 * the next provider, and to that of its own at the node that they are for. Clients that are not attached get nothing.
 */
export function forwardsAt(
  provider: string,
  clients: readonly ProviderClient[],
  ways: readonly PortForwardWay[],
): readonly PortForward[] {
  const forwards = ways.flatMap(({ providers, target, wish: { port, proto, targetPort } }): PortForward[] => {
    const at = providers.indexOf(provider);
    if (at < 0) return [];
    const next = providers[at + 1];
    const to = { name: next ?? target, port: next === undefined ? targetPort : port };
    return addressesOf(to.name, clients).map((ip) => ({ proto, port, to: { ip, port: to.port } }));
  });
  return [...new Map(forwards.map((each) => [JSON.stringify(each), each])).values()];
}

function addressesOf(name: string, clients: readonly ProviderClient[]): readonly string[] {
  const own = clients.filter((client) => client.name === name);
  return [IPV4, IPV6].flatMap((family) => attachedClients({ clients: own }, family).map(({ address }) => address));
}
