import { encodeUtf8 } from '../model/utf8.ts';
import type { Direction, FrameTime } from './captured-frame.ts';
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  EPB_FLAGS,
  IF_NAME,
  IF_TSRESOL,
  INBOUND,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_IFDROP,
  ISB_IFRECV,
  LINKTYPE_ETHERNET,
  NANOSECONDS,
  OPTION_END,
  OUTBOUND,
  padded,
  SECTION_HEADER,
  SHB_USERAPPL,
} from './pcapng-format.ts';
import { timestampOf } from './timestamp.ts';

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Begins a file or a stream; `program` is what wrote it. All numbers are little-endian. */
export function sectionHeader(program: string): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, BYTE_ORDER_MAGIC, true);
  body.setUint16(4, 1, true);
  body.setBigInt64(8, -1n, true);
  return block(SECTION_HEADER, body, [{ code: SHB_USERAPPL, value: encodeUtf8(program) }]);
}

/** Interfaces are numbered from 0 in the order of their descriptions. `snaplen` 0 is no limit. */
export function interfaceDescription(name: string, snaplen: number): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, LINKTYPE_ETHERNET, true);
  body.setUint32(4, snaplen, true);
  return block(INTERFACE_DESCRIPTION, body, [
    { code: IF_NAME, value: encodeUtf8(name) },
    { code: IF_TSRESOL, value: Uint8Array.of(NANOSECONDS) },
  ]);
}

/** How many frames an interface received, those that were dropped included, and how many of them were dropped for lack of room. */
export interface InterfaceCounts {
  readonly received: number;
  readonly dropped: number;
}

export function interfaceStatistics(number: number, time: FrameTime, { received, dropped }: InterfaceCounts): Uint8Array {
  const body = new DataView(new ArrayBuffer(12));
  const [high, low] = timestampOf(time);
  body.setUint32(0, number, true);
  body.setUint32(4, high, true);
  body.setUint32(8, low, true);
  return block(INTERFACE_STATISTICS, body, [
    { code: ISB_IFRECV, value: count(received) },
    { code: ISB_IFDROP, value: count(dropped) },
  ]);
}

/** Bytes of an Enhanced Packet Block before and after the frame and its padding. */
const PACKET_HEAD = 28;
const PACKET_TAIL = 16;

/** How many bytes `writePacket` writes for a frame of which `kept` bytes are kept. */
export function packetBlockLength(kept: number): number {
  return PACKET_HEAD + padded(kept) + PACKET_TAIL;
}

/** Writes all of an Enhanced Packet Block at `at` but the frame itself, and gives the place where the frame's `kept` bytes belong. */
export function writePacket(
  into: DataView,
  at: number,
  packet: {
    readonly interface: number;
    readonly time: FrameTime;
    readonly direction: Direction | undefined;
    readonly kept: number;
    readonly length: number;
  },
): number {
  const total = packetBlockLength(packet.kept);
  const [high, low] = timestampOf(packet.time);
  into.setUint32(at, ENHANCED_PACKET, true);
  into.setUint32(at + 4, total, true);
  into.setUint32(at + 8, packet.interface, true);
  into.setUint32(at + 12, high, true);
  into.setUint32(at + 16, low, true);
  into.setUint32(at + 20, packet.kept, true);
  into.setUint32(at + 24, packet.length, true);
  const options = at + total - PACKET_TAIL;
  if (packet.kept > 0) into.setUint32(options - 4, 0, true);
  into.setUint16(options, EPB_FLAGS, true);
  into.setUint16(options + 2, 4, true);
  into.setUint32(options + 4, flagsOf(packet.direction), true);
  into.setUint32(options + 8, OPTION_END, true);
  into.setUint32(options + 12, total, true);
  return at + PACKET_HEAD;
}

function flagsOf(direction: Direction | undefined): number {
  if (direction === undefined) return 0;
  return direction === 'in' ? INBOUND : OUTBOUND;
}

function count(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(bytes.buffer);
}

function block(type: number, body: DataView, options: readonly Option[]): Uint8Array {
  const optionsLength = options.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);
  const total = 12 + body.byteLength + optionsLength;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  bytes.set(new Uint8Array(body.buffer), 8);
  let at = 8 + body.byteLength;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(total - 4, total, true);
  return bytes;
}
