import type { FirewallRule } from '../../src/model/firewall-rule.ts';
import type { ForwardedPort, NodeNetwork, ProviderClient, ProviderNetwork } from '../../src/routing/node-network.ts';

export const ACCEPT_ALL: readonly FirewallRule[] = [{ action: 'accept' }];

/** A client as it is by default, with the addresses that Qubes gives to its number. */
export function routedClient(number: number, changes: Partial<ProviderClient> = {}): ProviderClient {
  return {
    name: `client${number}`,
    number,
    mac: '00:16:3e:5e:6c:00',
    ip: `10.137.0.${number}`,
    ip6: `fd09:24ef:4179::a89:${number.toString(16)}`,
    fake: undefined,
    attached: true,
    forwarded: false,
    firewall: ACCEPT_ALL,
    ...changes,
  };
}

export function providerOf(clients: readonly ProviderClient[], changes: Partial<ProviderNetwork> = {}): ProviderNetwork {
  return {
    gateway: '10.137.0.4',
    gateway6: 'fd09:24ef:4179::a89:4',
    clients,
    resolvers: [],
    resolved: new Map(),
    forwards: [],
    ...changes,
  };
}

export function nodeOf(
  provider: ProviderNetwork | undefined,
  ipv6 = true,
  forwarded: readonly ForwardedPort[] = [],
): NodeNetwork {
  return { ipv6, forwarded, provider };
}
