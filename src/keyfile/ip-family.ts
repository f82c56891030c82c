import { isIpv4, isIpv6, parseIpPrefix } from '../model/ip-prefix.ts';
import { type Complain, valueFault } from './value-fault.ts';
import type { ValueText } from './value-text.ts';

/** What differs between [ipv4] and [ipv6]. */
export interface IpFamily {
  readonly group: 'ipv4' | 'ipv6';
  readonly name: string;
  readonly bits: number;
  readonly unspecified: string;
  readonly example: string;
  is(text: string): boolean;
}

export const IPV4: IpFamily = {
  group: 'ipv4',
  name: 'IPv4',
  bits: 32,
  unspecified: '0.0.0.0',
  example: '192.0.2.1',
  is: isIpv4,
};
export const IPV6: IpFamily = { group: 'ipv6', name: 'IPv6', bits: 128, unspecified: '::', example: '2001:db8::1', is: isIpv6 };

/** An address of the family, lower-cased; undefined, with a diagnostic, where it is none. */
export function addressIn({ text, span }: ValueText, family: IpFamily, what: string, complain: Complain): string | undefined {
  if (family.is(text)) return text.toLowerCase();
  complain(
    valueFault(
      span,
      text === '' ? `${what} is missing` : `${what} is ${text}; an ${family.name} address was expected`,
      `write an address like ${family.example}`,
    ),
  );
  return undefined;
}

/** ADDRESS/LENGTH of the family; undefined, with a diagnostic, where it is none. */
export function prefixIn({ text, span }: ValueText, family: IpFamily, what: string, complain: Complain): string | undefined {
  const prefix = parseIpPrefix(text);
  if (prefix !== undefined && family.is(prefix.split('/')[0] ?? '')) return prefix;
  const hint = family.is(text)
    ? `say how long the prefix is: ${text}/${family.bits} for one address alone`
    : `write ADDRESS/LENGTH, like ${family.example}/${family.bits === 32 ? 24 : 64}`;
  complain(
    valueFault(
      span,
      text === '' ? `${what} is empty` : `${what} is ${text}; an ${family.name} ADDRESS/LENGTH was expected`,
      hint,
    ),
  );
  return undefined;
}

/** The network that ADDRESS/LENGTH lies in. The kernel does it for IPv6 by itself. */
export function networkOf(prefix: string): string {
  const [address = '', length = ''] = prefix.split('/');
  if (!isIpv4(address)) return prefix;
  const mask = (byte: number) => 0xff & (0xff << Math.max(0, Math.min(8, (byte + 1) * 8 - Number(length))));
  return `${address
    .split('.')
    .map((byte, at) => Number(byte) & mask(at))
    .join('.')}/${length}`;
}
