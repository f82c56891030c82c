/** Fields of a block of pcapng (draft-ietf-opsawg-pcapng, 3.1 and 4.3) that begins at `at`. */
export function blockLengthAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true);
}

/** When the frame of an Enhanced Packet Block was seen, in the unit of its interface since the epoch. */
export function timestampAt(block: Uint8Array): bigint {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return BigInt(view.getUint32(12, true)) * 4_294_967_296n + BigInt(view.getUint32(16, true));
}

/** The same Enhanced Packet Block, changed to belong to the interface of this number. */
export function withInterface(block: Uint8Array, number: number): Uint8Array {
  new DataView(block.buffer, block.byteOffset, block.byteLength).setUint32(8, number, true);
  return block;
}
