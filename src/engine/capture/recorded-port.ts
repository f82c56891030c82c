import type { ByteStream } from '../../boundary/streams.ts';
import { FrameStore } from '../../capture/frame-store.ts';
import { blockLengthAt, timestampAt } from '../../capture/pcapng-block-fields.ts';

/** The last frames of one port. */
export class RecordedPort {
  #store: FrameStore;
  #size: number;
  #newest = 0n;
  /** The capture that the newest frame came from. */
  #source: ByteStream | undefined;

  /** `size`: memory, in bytes. */
  constructor(size: number) {
    this.#store = new FrameStore(size);
    this.#size = size;
  }

  /** How many frames are kept. */
  get count(): number {
    return this.#store.count;
  }

  /** Memory in use, in bytes. */
  get used(): number {
    return this.#store.used;
  }

  /** Keeps a frame, a whole pcapng block. While one capture takes over from another, both bring the same frames: each is kept once. */
  take(block: Uint8Array, source: ByteStream): void {
    const time = timestampAt(block);
    if (source !== this.#source && time <= this.#newest) return;
    this.#newest = time;
    this.#source = source;
    this.#store.push(block);
  }

  /** The frames that are kept, the oldest first. */
  blocks(): readonly Uint8Array<ArrayBuffer>[] {
    return [...this.#store.blocks(blockLengthAt)];
  }

  /** Goes on with other memory, and as many of the newest frames as fit. */
  resize(size: number): void {
    if (size === this.#size) return;
    const blocks = this.blocks();
    this.#store = new FrameStore(size);
    this.#size = size;
    for (const block of blocks) this.#store.push(block);
  }
}
