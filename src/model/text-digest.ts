/**
 * 32 bits that stand for a text: FNV-1a over UTF-16 code units, then the finisher of MurmurHash3 (both in the public domain). Not for secrets.
 * Other seeds give independent digests.
 */
export function textDigest(text: string, seed: number = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
