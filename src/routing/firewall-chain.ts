import type { Family } from './family.ts';
import type { FirewallProtocol, Meaning, PacketMatch } from './firewall-meaning.ts';
import { commentText, setText } from './nft-table.ts';

/** The chain of the firewall of the client with this real address, as Qubes names it. */
export function firewallChainName(address: string): string {
  return `qbs-${address.replaceAll(/[.:]/g, '-')}`;
}

/**
 * A client's firewall as rules of its chain. What no rule decides is rejected, like what a rule drops; where the firewall has no meaning,
 * everything is dropped, and a comment says why.
 */
export function firewallChainRules(meaning: Meaning, family: Family): string[] {
  if ('fault' in meaning) return [`drop ${commentText(meaning.fault)}`];
  return [...meaning.matches.flatMap((match) => matchRules(match, family)), verdict('drop', family)];
}

function matchRules(match: PacketMatch, family: Family): string[] {
  const { action, destinations, dns, protocols } = match;
  const to = [
    ...(destinations === undefined ? [] : [`${family.word} daddr ${addressesText(destinations)}`]),
    ...(dns === undefined ? [] : [`${family.word} daddr @dns-addr`]),
  ];
  const line = (words: readonly string[]) => [...to, ...words, verdict(action, family)].join(' ');
  return protocols === undefined ? [line([])] : protocols.map((protocol) => line([protocolText(protocol, match, family)]));
}

/** IPv6's extension headers are looked behind, so that none takes a packet past a rule that drops it. */
function protocolText(protocol: FirewallProtocol, { icmpType, ports }: PacketMatch, { icmp, version }: Family): string {
  if (icmpType !== undefined) return `${icmp} type ${icmpType}`;
  if (ports !== undefined) return `${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
  return version === 4 ? `ip protocol ${protocol}` : `meta l4proto ${protocol === 'icmp' ? 'icmpv6' : protocol}`;
}

function verdict(action: PacketMatch['action'], { icmp }: Family): string {
  return action === 'accept' ? 'accept' : `reject with ${icmp} admin-prohibited`;
}

function addressesText(prefixes: readonly string[]): string {
  const [first = '', ...more] = prefixes;
  return more.length === 0 ? first : setText(prefixes);
}
