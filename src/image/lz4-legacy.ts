const MAGIC = 0x184c2102;
const BLOCK_LIMIT = 8 << 20;

/**
 * Unpacks LZ4's legacy frame (the `lz4 -l` form that Linux uses for its own image): blocks of at most 8 MiB, each with its compressed
 * size. What follows the last whole block is ignored, as the kernel's own decompressor does. Undefined when it is no such frame or damaged.
 */
export function unpackLz4Legacy(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) return undefined;
  const blocks: Uint8Array[] = [];
  let at = 4;
  while (at + 4 < bytes.length) {
    const size = view.getUint32(at, true);
    if (at + 4 + size > bytes.length) break;
    const block = unpackBlock(bytes.subarray(at + 4, at + 4 + size));
    if (block === undefined) return undefined;
    blocks.push(block);
    at += 4 + size;
  }
  const all = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let to = 0;
  for (const block of blocks) {
    all.set(block, to);
    to += block.length;
  }
  return all;
}

function unpackBlock(packed: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(BLOCK_LIMIT);
  let from = 0;
  let to = 0;
  const long = (start: number): number => {
    let length = start;
    if (start !== 15) return length;
    let more = 255;
    while (more === 255 && from < packed.length) {
      more = packed[from++] ?? 0;
      length += more;
    }
    return length;
  };
  while (from < packed.length) {
    const token = packed[from++] ?? 0;
    const literals = long(token >> 4);
    if (from + literals > packed.length || to + literals > BLOCK_LIMIT) return undefined;
    out.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= packed.length) break;

    const distance = (packed[from] ?? 0) | ((packed[from + 1] ?? 0) << 8);
    from += 2;
    const length = long(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > BLOCK_LIMIT) return undefined;
    for (const end = to + length; to < end; to++) out[to] = out[to - distance] ?? 0;
  }
  return out.subarray(0, to);
}
