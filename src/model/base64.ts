const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Bytes in base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at;
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = [word >> 18, (word >> 12) & 63, (word >> 6) & 63, word & 63].map((value) => ALPHABET[value]).join('');
    groups.push(rest >= 3 ? letters : letters.slice(0, rest + 1).padEnd(4, '='));
  }
  return groups.join('');
}

/** Reads base64, padded or not; undefined when it is none. */
export function decodeBase64(untrustedText: string): Uint8Array | undefined {
  const text = untrustedText.replace(/={1,2}$/, '');
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  for (let at = 0, bits = 0, to = 0; at < text.length; at++) {
    const value = VALUES.get(text[at] ?? '');
    if (value === undefined) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[to++] = (word >> bits) & 0xff;
  }
  return bytes;
}
