import { textDigest } from '../model/text-digest.ts';

/** Longest interface name in bytes (IFNAMSIZ - 1, linux/if.h). */
const longest = 15;

/**
 * The name of the panel's interface for a port: `NODE~PORT` where it fits, else a digest of both. Equal ports have equal names,
 * different ports different ones (a collision of digests has odds of one in 2^60).
 */
export function panelName(node: string, port: string): string {
  const readable = `${node}~${port}`;
  const plain = /^[A-Za-z0-9_.+-]+~[A-Za-z0-9_.+-]+$/.test(readable);
  return plain && readable.length <= longest ? readable : digestName(`${node}\n${port}`);
}

/** A name of 15 bytes that no `NODE~PORT` equals. */
export function digestName(text: string): string {
  return `w~~${digest(text, 0x811c9dc5)}${digest(text, 0x9747b28c)}`;
}

/** Six base-36 digits. */
function digest(text: string, seed: number): string {
  return (textDigest(text, seed) & 0x3fffffff).toString(36).padStart(6, '0');
}
