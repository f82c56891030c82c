import { addressNumber, prefixContains } from './address-number.ts';
import { IPV4, IPV6 } from './family.ts';
import type { PacketMatch } from './firewall-meaning.ts';
import type { Flow } from './flow.ts';
import { meaningAt } from './meaning-at.ts';
import type { ProviderClient, ProviderNetwork } from './node-network.ts';

/**
 * Whether a connection is one that a client began and that its firewall would not let it begin now: established connections are accepted
 * without a look at the firewall, so such a one has to be forgotten for new rules to hold.
 */
export function isForbidden(flow: Flow, client: ProviderClient, provider: ProviderNetwork): boolean {
  const family = flow.family === 4 ? IPV4 : IPV6;
  const address = flow.family === 4 ? client.ip : client.ip6;
  if (address === undefined || addressNumber(address) !== addressNumber(flow.source)) return false;
  const meaning = meaningAt(address, family, provider);
  if ('fault' in meaning) return true;
  return meaning.matches.find((match) => covers(match, flow, provider.resolvers))?.action !== 'accept';
}

function covers(match: PacketMatch, flow: Flow, resolvers: readonly string[]): boolean {
  const { destinations, dns, icmpType, ports, protocols } = match;
  if (protocols !== undefined && !protocols.some((protocol) => protocol === flow.proto)) return false;
  if (destinations !== undefined && !destinations.some((prefix) => prefixContains(prefix, flow.destination))) return false;
  if (dns !== undefined && !resolvers.includes(flow.destination)) return false;
  if (ports !== undefined && !(flow.dport !== undefined && flow.dport >= ports.from && flow.dport <= ports.to)) return false;
  return icmpType === undefined || icmpType === flow.icmpType;
}
