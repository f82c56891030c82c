declare const prefix: unique symbol;

/** An interface address with its prefix length: `192.0.2.1/24`, `2001:db8::1/64`. */
export type IpPrefix = string & { readonly [prefix]: true };

/** Reads ADDRESS/LENGTH, IPv4 or IPv6, lower-cased; undefined when it is none. The length may not be left out. */
export function parseIpPrefix(untrustedText: string): IpPrefix | undefined {
  const text = untrustedText.trim().toLowerCase();
  const [, address = '', length = ''] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const bits = Number(length);
  const fits = length !== '' && ((isIpv4(address) && bits <= 32) || (isIpv6(address) && bits <= 128));
  return fits ? (text as IpPrefix) : undefined;
}

/** Four decimal numbers up to 255 without leading zeros (RFC 6943 section 3.1.1: the strict form). */
export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${BYTE}(\\.${BYTE}){3}$`);

/** The text forms of RFC 4291 section 2.2, without a zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const embedded = last.includes('.') && isIpv4(last) && !text.endsWith('::');
  const plain = embedded ? groups.slice(0, -1) : groups;
  const count = plain.length + (embedded ? 2 : 0);
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count <= 7 : count === 8);
}
