import { EarliestFirst } from './earliest-first.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { WatchedPort } from './watched-port.ts';

/** How many frames are written before the reader has its turn. */
const burst = 512;
const forever = Number.POSITIVE_INFINITY;

interface Source {
  readonly port: WatchedPort;
  readonly number: number;
  /** Nanoseconds since the merger's base. */
  time: number;
}

/** Writes the frames of all ports in the order of their time. */
export class Merger {
  readonly #ports: readonly WatchedPort[];
  readonly #writer: FrameWriter;
  /** Seconds since the epoch: counted from there, nanoseconds are exact in a double for a hundred days. */
  readonly #base = Math.floor(Date.now() / 1000);

  constructor(ports: readonly WatchedPort[], writer: FrameWriter) {
    this.#ports = ports;
    this.#writer = writer;
  }

  /**
   * Writes what is there. A port at which nothing waits may still come up with frames from after `settled`, in milliseconds since the
   * epoch. Gives why it stopped: there is nothing more, the rest must wait for its turn, the reader has no room, or the reader should
   * have its turn.
   */
  merge(settled: number): 'empty' | 'held' | 'full' | 'more' {
    const heap = new EarliestFirst<Source>();
    let live = 0;
    for (const [number, port] of this.#ports.entries()) {
      if (port.ring === undefined) continue;
      if (port.ring.stands) heap.add({ port, number, time: this.#timeOf(port) });
      if (!port.isDoubtful) live += 1;
    }
    const safe = live <= 1 ? forever : (settled - this.#base * 1000) * 1e6;
    let horizon = heap.size >= live ? forever : safe;
    let left = burst;
    for (let source = heap.earliest; source !== undefined; source = heap.earliest) {
      if (source.time > horizon) return 'held';
      if (left-- === 0) return 'more';
      const { ring } = source.port;
      const outcome = ring === undefined ? 'full' : this.#writer.take(ring, source.number, source.port.enteringIsOut);
      if (ring === undefined || outcome === 'full') return 'full';
      if (outcome === 'refused') source.port.refuse();
      source.port.trust(this.#base * 1000 + source.time / 1e6);
      if (ring.stands) {
        source.time = this.#timeOf(source.port);
        heap.settle();
      } else {
        heap.removeEarliest();
        horizon = safe;
      }
    }
    return 'empty';
  }

  #timeOf({ ring }: WatchedPort): number {
    return ring === undefined ? 0 : (ring.seconds - this.#base) * 1e9 + ring.nanoseconds;
  }
}
