import { decodeUtf8 } from '../model/utf8.ts';
import type { CapturedFrame } from './captured-frame.ts';
import type { InterfaceCounts } from './pcapng-blocks.ts';
import {
  ENHANCED_PACKET,
  EPB_FLAGS,
  IF_NAME,
  INBOUND,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_IFDROP,
  ISB_IFRECV,
  OPTION_END,
  OUTBOUND,
  padded,
  SECTION_HEADER,
} from './pcapng-format.ts';
import { timeOf } from './timestamp.ts';

/** One block of a pcapng stream as `sectionHeader` and its kin write them. */
export type PcapngBlock =
  | { readonly kind: 'section'; readonly bytes: Uint8Array }
  | { readonly kind: 'interface'; readonly bytes: Uint8Array; readonly name: string }
  | { readonly kind: 'packet'; readonly bytes: Uint8Array; readonly interface: number }
  | { readonly kind: 'statistics'; readonly bytes: Uint8Array; readonly interface: number; readonly counts: InterfaceCounts };

/** Longer than any block that the kernel's frames make. */
const longest = 16 * 1024 * 1024;

/** Cuts a stream of bytes into blocks. Bytes of a block are valid until the next call. */
export class PcapngReader {
  #rest: Uint8Array = new Uint8Array();

  /** The blocks that these bytes complete. Throws where the stream is not one of ours. */
  *push(bytes: Uint8Array): Generator<PcapngBlock, void, undefined> {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let at = 0;
    while (all.length - at >= 8) {
      const length = view.getUint32(at + 4, true);
      if (length < 12 || length > longest || length % 4 !== 0) throw new Error(`pcapng: a block of ${length} bytes`);
      if (all.length - at < length) break;
      yield blockAt(all, view, at, length);
      at += length;
    }
    this.#rest = all.slice(at);
  }
}

/** The frame in an Enhanced Packet Block; its bytes are the block's. */
export function frameIn({ bytes }: PcapngBlock & { readonly kind: 'packet' }): CapturedFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = view.getUint32(20, true);
  const flags = options(view, 28 + padded(kept)).get(EPB_FLAGS);
  return {
    time: timeOf(view.getUint32(12, true), view.getUint32(16, true)),
    direction: directionOf(flags === undefined ? 0 : flags.getUint32(0, true)),
    bytes: bytes.subarray(28, 28 + kept),
    length: view.getUint32(24, true),
  };
}

function directionOf(flags: number): CapturedFrame['direction'] {
  if ((flags & 3) === INBOUND) return 'in';
  return (flags & 3) === OUTBOUND ? 'out' : undefined;
}

function blockAt(all: Uint8Array, view: DataView, at: number, length: number): PcapngBlock {
  const bytes = all.subarray(at, at + length);
  const type = view.getUint32(at, true);
  const own = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case SECTION_HEADER:
      return { kind: 'section', bytes };
    case INTERFACE_DESCRIPTION:
      return { kind: 'interface', bytes, name: textOf(options(own, 16).get(IF_NAME)) };
    case ENHANCED_PACKET:
      return { kind: 'packet', bytes, interface: own.getUint32(8, true) };
    case INTERFACE_STATISTICS: {
      const found = options(own, 20);
      const counts = { received: countOf(found.get(ISB_IFRECV)), dropped: countOf(found.get(ISB_IFDROP)) };
      return { kind: 'statistics', bytes, interface: own.getUint32(8, true), counts };
    }
    default:
      throw new Error(`pcapng: a block of type ${type}`);
  }
}

function options(block: DataView, from: number): ReadonlyMap<number, DataView> {
  const found = new Map<number, DataView>();
  const end = block.byteLength - 4;
  for (let at = from; at + 4 <= end; ) {
    const code = block.getUint16(at, true);
    const length = block.getUint16(at + 2, true);
    if (code === OPTION_END || at + 4 + length > end) break;
    found.set(code, new DataView(block.buffer, block.byteOffset + at + 4, length));
    at += 4 + padded(length);
  }
  return found;
}

function countOf(value: DataView | undefined): number {
  return value === undefined ? 0 : Number(value.getBigUint64(0, true));
}

function textOf(value: DataView | undefined): string {
  return value === undefined ? '' : decodeUtf8(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
