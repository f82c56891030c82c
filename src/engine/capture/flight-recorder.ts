import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { timestampAt, withInterface } from '../../capture/pcapng-block-fields.ts';
import { interfaceDescription, sectionHeader } from '../../capture/pcapng-blocks.ts';
import { PcapngReader } from '../../capture/pcapng-reader.ts';
import type { Recording } from '../../model/recording.ts';
import type { Captures } from './captures.ts';
import { RecordedPort } from './recorded-port.ts';
import type { KeptWish, RecorderWish } from './recorder-wish.ts';

/** Memory for all frames that are kept. However many ports there are, they share this. Bytes. */
const most = 256 * 1024 * 1024;
/** Memory of the kernel, of all ports together. */
const room = 16 * 1024 * 1024;
/** Pause before a capture that broke off is begun anew. Milliseconds. */
const pause = 1000;

/** What is asked of the recorder. */
export type RecorderOrder = ({ readonly action: 'on' } & RecorderWish) | { readonly action: 'off' | 'show' };

export interface RecorderParts {
  readonly captures: Pick<Captures, 'begin'>;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  readonly kept: KeptWish;
}

interface Running {
  readonly wish: RecorderWish;
  /** Memory for each port, as many as there are. Bytes. */
  size: number;
  /** By label. */
  readonly ports: Map<string, RecordedPort>;
  stream: ByteStream | undefined;
}

/**
 * Keeps the last frames of ports in memory, for as long as the engine lives, so that what led to a failure can be looked at afterwards. An
 * engine that comes after one which was killed records on, with nothing of the past.
 */
export class FlightRecorder {
  readonly #parts: RecorderParts;
  #running: Running | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Records as the engine before did, if it did and was killed. Ports that are no longer there are left out. */
  async resume(there: readonly string[]): Promise<void> {
    const wish = await this.#parts.kept.read();
    const ports = wish?.ports.filter((port) => there.includes(port)) ?? [];
    if (wish === undefined || (ports.length === 0 && !wish.all)) return;
    try {
      await this.on({ ...wish, ports });
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#parts.log(`the flight recorder: ${failure.message}`);
    }
  }

  /** Records these ports from now on, and no others. What was recorded before is forgotten, but for ports that stay. */
  async on(wish: RecorderWish): Promise<void> {
    const size = sizeOfEach(wish, wish.ports.length);
    const before = this.#running?.ports;
    const kept = wish.ports.map((label) => [label, before?.get(label) ?? new RecordedPort(size)] as const);
    const running: Running = { wish, size, ports: new Map(kept), stream: undefined };
    await this.#begin(running);
    try {
      await this.#parts.kept.keep(wish);
    } catch (failure) {
      running.stream?.close();
      throw failure;
    }
    this.close();
    for (const port of running.ports.values()) port.resize(running.size);
    this.#running = running;
  }

  /** Forgets all. */
  async off(): Promise<void> {
    this.close();
    await this.#parts.kept.forget();
  }

  /** Ends with the engine. */
  close(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.stream?.close();
  }

  async carryOut(order: RecorderOrder): Promise<Recording> {
    if (order.action === 'on') await this.on(order);
    else if (order.action === 'off') await this.off();
    return this.recording;
  }

  get recording(): Recording {
    const running = this.#running;
    if (running === undefined) return { on: false, size: 0, ports: [] };
    const ports = [...running.ports].map(([port, { count, used }]) => ({ port, frames: count, bytes: used }));
    return { on: true, size: running.size, ports };
  }

  /** What is kept now of these ports, of all where none is named, as a pcapng file, ordered by time. Throws a HostError `not-recording`. */
  dump(ports: readonly string[]): readonly Uint8Array[] {
    const recorded = this.#running?.ports;
    if (recorded === undefined) {
      throw new HostError('not-recording', 'the flight recorder is off', { hint: 'weft record on switches it on' });
    }
    const missing = ports.find((port) => !recorded.has(port));
    if (missing !== undefined) {
      throw new HostError('not-recording', `${missing} is not recorded`, { hint: 'weft record shows what is' });
    }
    const chosen = [...recorded].filter(([port]) => ports.length === 0 || ports.includes(port));
    const frames = chosen.flatMap(([, port], number) =>
      port.blocks().map((block) => ({ block: withInterface(block, number), time: timestampAt(block) })),
    );
    frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return [
      sectionHeader('weft'),
      ...chosen.map(([port]) => interfaceDescription(port, this.#running?.wish.snaplen ?? 0)),
      ...frames.map(({ block }) => block),
    ];
  }

  async #begin(running: Running): Promise<void> {
    const { ports, all, snaplen } = running.wish;
    const stream = await this.#parts.captures.begin({ ports, all, filter: '', snaplen }, room);
    running.stream = stream;
    const described: RecordedPort[] = [];
    const reader = new PcapngReader();
    stream.onData((bytes) => {
      for (const block of reader.push(bytes)) {
        if (block.kind === 'interface') described.push(portOf(running, block.name));
        else if (block.kind === 'packet') described[block.interface]?.take(block.bytes, stream);
      }
    });
    stream.onClose(() => void this.#resume(running));
  }

  /** The kernel worker may be another one now. */
  async #resume(running: Running): Promise<void> {
    while (this.#running === running) {
      await this.#parts.clock.sleep(pause);
      try {
        if (this.#running === running) await this.#begin(running);
        return;
      } catch (failure) {
        if (!(failure instanceof HostError)) throw failure;
        this.#parts.log(`the flight recorder: ${failure.message}`);
      }
    }
  }
}

/** The port of this label, which may be new: then it has its share of the memory. */
function portOf(running: Running, label: string): RecordedPort {
  const known = running.ports.get(label);
  if (known !== undefined) return known;
  const size = sizeOfEach(running.wish, running.ports.size + 1);
  if (size !== running.size) for (const port of running.ports.values()) port.resize(size);
  running.size = size;
  const port = new RecordedPort(size);
  running.ports.set(label, port);
  return port;
}

/** Shares memory out so that few ports more change nothing. */
function sizeOfEach({ size }: RecorderWish, ports: number): number {
  return Math.min(size, Math.floor(most / 2 ** Math.ceil(Math.log2(Math.max(1, ports)))));
}
