import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { FrameStore } from '../../capture/frame-store.ts';
import { blockLengthAt, timestampAt, withInterface } from '../../capture/pcapng-block-fields.ts';
import { interfaceDescription, sectionHeader } from '../../capture/pcapng-blocks.ts';
import { PcapngReader } from '../../capture/pcapng-reader.ts';
import type { Recording } from '../../model/recording.ts';
import type { Captures } from './captures.ts';

/** Memory for all frames that are kept. However many ports there are, they share this. Bytes. */
const most = 256 * 1024 * 1024;
/** Memory of the kernel, of all ports together. */
const room = 16 * 1024 * 1024;
/** Pause before a capture that broke off is begun anew. Milliseconds. */
const pause = 1000;

export interface RecorderWish {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  /** Memory for each port, in bytes. */
  readonly size: number;
  /** Bytes of a frame to keep; 0 for all. */
  readonly snaplen: number;
}

/** What is asked of the recorder. */
export type RecorderOrder = ({ readonly action: 'on' } & RecorderWish) | { readonly action: 'off' | 'show' };

interface Running extends RecorderWish {
  readonly stores: ReadonlyMap<string, FrameStore>;
  stream: ByteStream | undefined;
}

/** Keeps the last frames of ports in memory, for as long as the engine lives, so that what led to a failure can be looked at afterwards. */
export class FlightRecorder {
  readonly #captures: Pick<Captures, 'begin'>;
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  #running: Running | undefined;

  constructor(captures: Pick<Captures, 'begin'>, clock: Clock, log: (message: string) => void) {
    this.#captures = captures;
    this.#clock = clock;
    this.#log = log;
  }

  /** Records these ports from now on, and no others. What was recorded before is forgotten, but for ports that stay with the same size. */
  async on(wish: RecorderWish): Promise<void> {
    const size = Math.min(wish.size, Math.floor(most / Math.max(1, wish.ports.length)));
    const before = this.#running?.size === size ? this.#running.stores : undefined;
    const running: Running = {
      ...wish,
      size,
      stores: new Map(wish.ports.map((port) => [port, before?.get(port) ?? new FrameStore(size)])),
      stream: undefined,
    };
    await this.#begin(running);
    this.off();
    this.#running = running;
  }

  /** Forgets all. */
  off(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.stream?.close();
  }

  async carryOut(order: RecorderOrder): Promise<Recording> {
    if (order.action === 'on') await this.on(order);
    else if (order.action === 'off') this.off();
    return this.recording;
  }

  get recording(): Recording {
    const running = this.#running;
    if (running === undefined) return { on: false, size: 0, ports: [] };
    const ports = [...running.stores].map(([port, { count, used }]) => ({ port, frames: count, bytes: used }));
    return { on: true, size: running.size, ports };
  }

  /** What is kept now of these ports, of all where none is named, as a pcapng file, ordered by time. Throws a HostError `not-recording`. */
  dump(ports: readonly string[]): readonly Uint8Array[] {
    const stores = this.#running?.stores;
    if (stores === undefined) {
      throw new HostError('not-recording', 'the flight recorder is off', { hint: 'weft record on switches it on' });
    }
    const missing = ports.find((port) => !stores.has(port));
    if (missing !== undefined) {
      throw new HostError('not-recording', `${missing} is not recorded`, { hint: 'weft record shows what is' });
    }
    const chosen = [...stores].filter(([port]) => ports.length === 0 || ports.includes(port));
    const frames = chosen.flatMap(([, store], number) =>
      [...store.blocks(blockLengthAt)].map((block) => ({ block: withInterface(block, number), time: timestampAt(block) })),
    );
    frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return [
      sectionHeader('weft'),
      ...chosen.map(([port]) => interfaceDescription(port, this.#running?.snaplen ?? 0)),
      ...frames.map(({ block }) => block),
    ];
  }

  async #begin(running: Running): Promise<void> {
    const stream = await this.#captures.begin({ ports: running.ports, filter: '', snaplen: running.snaplen }, room);
    running.stream = stream;
    const stores = [...running.stores.values()];
    const reader = new PcapngReader();
    stream.onData((bytes) => {
      for (const block of reader.push(bytes)) if (block.kind === 'packet') stores[block.interface]?.push(block.bytes);
    });
    stream.onClose(() => void this.#resume(running));
  }

  /** The kernel worker may be another one now. */
  async #resume(running: Running): Promise<void> {
    while (this.#running === running) {
      await this.#clock.sleep(pause);
      try {
        if (this.#running === running) await this.#begin(running);
        return;
      } catch (failure) {
        if (!(failure instanceof HostError)) throw failure;
        this.#log(`the flight recorder: ${failure.message}`);
      }
    }
  }
}
