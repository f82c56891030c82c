import { isIpv4, isIpv6 } from '../model/ip-prefix.ts';

/** An address as a number, whatever way it is written; undefined when it is none. IPv4 and IPv6 have numbers of their own: compare only within one. */
export function addressNumber(text: string): bigint | undefined {
  if (isIpv4(text)) return text.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n);
  if (!isIpv6(text)) return undefined;
  const [head = [], tail] = text.split('::').map(groupsOf);
  const zeros = Array.from<string>({ length: 8 - head.length - (tail?.length ?? 0) }).fill('0');
  return [...head, ...zeros, ...(tail ?? [])].reduce((number, group) => number * 65536n + BigInt(`0x${group}`), 0n);
}

/** Whether an address lies in ADDRESS/LENGTH of the same family. */
export function prefixContains(prefix: string, address: string): boolean {
  const [base = '', length = ''] = prefix.split('/');
  const [first, second] = [addressNumber(base), addressNumber(address)];
  if (first === undefined || second === undefined || isIpv4(base) !== isIpv4(address)) return false;
  const below = BigInt((isIpv4(base) ? 32 : 128) - Number(length));
  return first >> below === second >> below;
}

/** Four hexadecimal digits each; an IPv4 address at the end is two of them. */
function groupsOf(half: string): string[] {
  return half
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => {
      if (!group.includes('.')) return [group];
      const number = Number(addressNumber(group));
      return [Math.floor(number / 65536).toString(16), (number % 65536).toString(16)];
    });
}
