/** Addresses of uplinks, by Qubes' formulae (specs of Qubes networking, section 1). `number` is the node's, from 1 on. */

/** The name servers that every client is told of; its provider translates them to those that it uses itself. */
export const CLIENT_DNS: readonly [string, string] = ['10.139.1.1', '10.139.1.2'];
/** The same by IPv6, for clients that have it: a8b stands for 10.139. */
export const CLIENT_DNS6: readonly [string, string] = ['fd09:24ef:4179::a8b:1', 'fd09:24ef:4179::a8b:2'];
export const CLIENT_NETMASK = '255.255.255.255';

/** The metric of the route to the client with number 0; later numbers are preferred. */
const HIGHEST_METRIC = 32_752;

/** 10.137.x.y, never ending in .0 or .255. */
export function uplinkIp(number: number): string {
  if (number < 255) return `10.137.${number >> 8}.${number & 0xff}`;
  const rest = number - 1;
  return `10.137.${Math.floor(rest / 254)}.${(rest % 254) + 1}`;
}

/** fd09:24ef:4179::a89:HEX: a89 stands for 10.137. */
export function uplinkIp6(number: number): string {
  return `fd09:24ef:4179::a89:${number.toString(16)}`;
}

/** A provider's interface to a client. */
export function uplinkInterface(number: number): string {
  return `vif${number}.0`;
}

/** Of a provider's host route to a client. */
export function uplinkMetric(number: number): number {
  return HIGHEST_METRIC - number;
}
