/** Text as UTF-8 (RFC 3629); a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const ascii = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return encodeAny(text);
    ascii[at] = code;
  }
  return ascii;
}

function encodeAny(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

/** UTF-8 as text. What is not UTF-8 becomes U+FFFD, one for each ill-formed start, so that nothing is ever refused. */
export function decodeUtf8(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let codes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = decodeOne(bytes, at);
    codes.push(code);
    at += length;
    if (codes.length === 4096) {
      pieces.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  return pieces.join('') + String.fromCodePoint(...codes);
}

const ILL_FORMED = 0xfffd;

function decodeOne(bytes: Uint8Array, at: number): { code: number; length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { code: first, length: 1 };
  const wanted = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xc2 && first < 0xe0 ? 1 : 0;
  let code = first & (0x3f >> wanted);
  let length = 1;
  while (length <= wanted && inRange(first, length, bytes[at + length])) {
    code = (code << 6) | ((bytes[at + length] ?? 0) & 0x3f);
    length += 1;
  }
  return wanted > 0 && length === wanted + 1 ? { code, length } : { code: ILL_FORMED, length };
}

/** Second bytes are limited so that overlong forms, surrogates and values above U+10FFFF stay out (RFC 3629 section 4). */
function inRange(first: number, index: number, byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const low = index === 1 && first === 0xe0 ? 0xa0 : index === 1 && first === 0xf0 ? 0x90 : 0x80;
  const high = index === 1 && first === 0xed ? 0x9f : index === 1 && first === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}
