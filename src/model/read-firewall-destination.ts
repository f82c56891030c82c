import type { FirewallDestination } from './firewall-rule.ts';
import { isIpv4 } from './ip-prefix.ts';
import { ipv6Text, ipv6Words } from './ipv6-text.ts';

const ADDRESS = 'an address, ADDRESS/LENGTH or a name';

/**
 * Reads where a rule's packets go, or says what was expected. What is written decides, not the key that it is written for: an address alone
 * is one with all its bits. IPv4 addresses have four numbers, bits beyond the length may be set, IPv6 addresses become RFC 5952's. Names
 * have lower-case letters, digits and `-._`, and do not end in a number, which no name of a host does (RFC 1123 section 2.1).
 */
export function readFirewallDestination(text: string): FirewallDestination | string {
  const [address = '', length, ...more] = text.split('/');
  if (more.length > 0) return ADDRESS;
  const words = ipv6Words(address);
  if (words !== undefined) return network('dst6', ipv6Text(words), length ?? '128', 128);
  if (isIpv4(address)) return network('dst4', address, length ?? '32', 32);
  if (length !== undefined || address === '' || address.includes(':') || /(^|\.)[0-9]+\.?$/.test(address)) return ADDRESS;
  if (/[A-Z]/.test(address)) return `a name in lower case: ${address.toLowerCase()}`;
  if (!/^[a-z0-9_][a-z0-9._-]{0,252}$/.test(address)) return 'a name of lower-case letters, digits and - . _';
  return { kind: 'dsthost', name: address };
}

function network(kind: 'dst4' | 'dst6', address: string, length: string, most: number): FirewallDestination | string {
  if (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > most) return `a length from 0 to ${most} behind the /`;
  return { kind, prefix: `${address}/${length}` };
}
