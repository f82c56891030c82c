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

/** Six base-36 digits: FNV-1a over UTF-16 code units, then the finisher of MurmurHash3 (both in the public domain). */
function digest(text: string, seed: number): string {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & 0x3fffffff).toString(36).padStart(6, '0');
}
