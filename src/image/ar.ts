import { textOf } from './byte-string.ts';

const HEADER = 60;

/** The members of an ar archive as deb(5) uses it: short names, perhaps with a slash at the end. Undefined when it is none. */
export function readAr(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  if (textOf(bytes.subarray(0, 8)) !== '!<arch>\n') return undefined;
  const members = new Map<string, Uint8Array>();
  let at = 8;
  while (at + HEADER <= bytes.length) {
    const header = textOf(bytes.subarray(at, at + HEADER));
    const size = Number(header.slice(48, 58).trim());
    const content = at + HEADER;
    if (header.slice(58) !== '`\n' || !Number.isInteger(size) || content + size > bytes.length) return undefined;
    members.set(header.slice(0, 16).trimEnd().replace(/\/$/, ''), bytes.subarray(content, content + size));
    at = content + size + (size % 2);
  }
  return members;
}
