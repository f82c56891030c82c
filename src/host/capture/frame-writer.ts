import type { CaptureRequest } from '../../boundary/kernel.ts';
import { type PacketFilter, passes } from '../../capture/packet-filter.ts';
import { packetBlockLength, writePacket } from '../../capture/pcapng-blocks.ts';
import type { PacketRing } from '../netlink/packet-ring.ts';
import type { ReaderConnection } from './reader-connection.ts';

/** Two MAC addresses, then the tag, if there is one. */
const ADDRESSES = 12;
const TAG = 4;

/** Writes frames for the reader as they were on the wire: with the VLAN tags that the kernel took out. */
export class FrameWriter {
  readonly #reader: ReaderConnection;
  readonly #filter: PacketFilter | undefined;
  readonly #snaplen: number;

  constructor(reader: ReaderConnection, { filter, snaplen }: CaptureRequest) {
    this.#reader = reader;
    this.#filter = filter;
    this.#snaplen = snaplen === 0 ? Number.POSITIVE_INFINITY : snaplen;
  }

  /** Takes the frame at which the ring stands, unless it is `full`. A frame that does not pass the filter is `refused`. */
  take(ring: PacketRing, port: number, enteringIsOut: boolean): 'written' | 'refused' | 'full' {
    const { tag } = ring;
    const extra = tag === undefined ? 0 : TAG;
    const whole = ring.kept + extra;
    // All of a tagged frame is needed to decide about it.
    if (!this.#reader.hasRoom(packetBlockLength(whole))) return 'full';
    const kept = Math.min(whole, this.#snaplen);
    const at = writePacket(this.#reader.view, this.#reader.end, {
      interface: port,
      time: ring,
      direction: ring.outgoing === enteringIsOut ? 'in' : 'out',
      kept,
      length: ring.length + extra,
    });
    if (tag === undefined) this.#copy(ring, kept, at);
    else if (!this.#restore(ring, tag, kept, at)) return 'refused';
    this.#reader.end += packetBlockLength(kept);
    ring.take();
    return 'written';
  }

  #copy(ring: PacketRing, kept: number, at: number): void {
    const { start } = ring;
    this.#reader.buffer.set(ring.bytes.subarray(start, start + kept), at);
  }

  /** With its tag. False when it does not pass the filter. */
  #restore(ring: PacketRing, tag: number, kept: number, at: number): boolean {
    const { start } = ring;
    const frame = Buffer.allocUnsafe(ring.kept + TAG);
    frame.set(ring.bytes.subarray(start, start + ADDRESSES));
    frame.writeUInt32BE(tag, ADDRESSES);
    frame.set(ring.bytes.subarray(start + ADDRESSES, start + ring.kept), ADDRESSES + TAG);
    if (this.#filter !== undefined && !passes(this.#filter, frame, ring.length + TAG)) {
      ring.take();
      return false;
    }
    this.#reader.buffer.set(frame.subarray(0, kept), at);
    return true;
  }
}
