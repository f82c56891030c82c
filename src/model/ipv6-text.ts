import { isIpv4, isIpv6 } from './ip-prefix.ts';

/** The eight 16-bit words of an IPv6 address, in any of the text forms of RFC 4291 section 2.2; undefined when it is none. */
export function ipv6Words(text: string): readonly number[] | undefined {
  if (!isIpv6(text)) return undefined;
  const [before = [], after] = text.split('::').map(wordsOf);
  if (after === undefined) return before;
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/** An IPv6 address as RFC 5952 section 4 writes it; an embedded IPv4 address is not told apart. */
export function ipv6Text(words: readonly number[]): string {
  const text = words.map((word) => word.toString(16)).join(':');
  const zeros = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return text;
  const before = text.slice(0, zeros.index).replace(/:$/, '');
  return `${before}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`;
}

function wordsOf(half: string): number[] {
  if (half === '') return [];
  return half.split(':').flatMap((group) => {
    if (!isIpv4(group)) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
