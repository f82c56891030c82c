import type { Clock } from '../../boundary/clock.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { Scrollback } from './scrollback.ts';
import { Viewer } from './viewer.ts';

/** What a hub needs to reach its console. */
export interface ConsoleSource {
  /** Connects to the console; it serves one client at a time. */
  connect(): Promise<ByteStream>;
  /** What it printed before the hub first connected, such as the end of its log. Asked before each attempt until there is something to show. */
  history?(): Promise<Uint8Array>;
}

/** What a new viewer sees of the past. Bytes. */
const SCROLLBACK = 64 * 1024;
/** Typed ahead of a console that does not read; what is more is lost, as on a serial line. Bytes. */
const TYPE_AHEAD = 1024 * 1024;
/** Pauses between attempts to connect, doubling. Milliseconds. */
const [FIRST_PAUSE, LAST_PAUSE] = [20, 2000];

/**
 * One console, many viewers: each sees the recent past, then all that is printed; what any of them types goes in. Viewers stay when the
 * console goes away and comes back. A slow viewer misses output and holds up nobody.
 */
export class ConsoleHub {
  readonly #source: ConsoleSource;
  readonly #clock: Clock;
  readonly #viewers = new Set<{ readonly viewer: Viewer; readonly stream: ByteStream }>();
  readonly #scrollback: Scrollback = new Scrollback(SCROLLBACK);
  #upstream: ByteStream | undefined;
  #typed: Uint8Array[] = [];
  #typedLength = 0;
  #clogged = false;
  #wanted: PromiseWithResolvers<void> | undefined;

  constructor(source: ConsoleSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  get connected(): boolean {
    return this.#upstream !== undefined;
  }

  /** Connects, and again whenever the connection ends, until `disconnect`. Call it when the node was started or adopted; idempotent. */
  connect(): void {
    if (this.#wanted !== undefined) return;
    const wanted = Promise.withResolvers<void>();
    this.#wanted = wanted;
    void this.#keepConnected(wanted);
  }

  /** Lets go of the console. Viewers and scrollback stay, for the node's next start. */
  disconnect(): void {
    this.#wanted?.resolve();
    this.#wanted = undefined;
    this.#upstream?.close();
    this.#upstream = undefined;
  }

  /** Serves one more viewer until its stream closes. */
  attach(stream: ByteStream): void {
    const seat = { viewer: new Viewer(stream), stream };
    seat.viewer.start();
    if (!this.#scrollback.empty) seat.viewer.show(this.#scrollback.bytes());
    this.#viewers.add(seat);
    stream.onClose(() => this.#viewers.delete(seat));
    stream.onData((bytes) => this.#type(bytes));
  }

  /** Lets go of the console and sends the viewers away. */
  close(): void {
    this.disconnect();
    for (const { stream } of this.#viewers) stream.close();
    this.#viewers.clear();
  }

  async #keepConnected(wanted: PromiseWithResolvers<void>): Promise<void> {
    for (let pause = FIRST_PAUSE; this.#wanted === wanted; ) {
      const connection = await this.#connectOnce(wanted).catch(() => undefined);
      if ((await connection?.ended) === 'spoke') pause = FIRST_PAUSE;
      if (this.#wanted === wanted) await this.#clock.sleep(pause, wanted.promise);
      pause = Math.min(2 * pause, LAST_PAUSE);
    }
  }

  /** A relay takes connections even when nothing is behind it: one that ends in silence counts as a failed attempt. */
  async #connectOnce(wanted: PromiseWithResolvers<void>): Promise<{ readonly ended: Promise<'spoke' | 'silent'> } | undefined> {
    if (this.#scrollback.empty) this.#print((await this.#source.history?.().catch(() => undefined)) ?? new Uint8Array());
    const upstream = await this.#source.connect();
    if (this.#wanted !== wanted) {
      upstream.close();
      return undefined;
    }
    this.#upstream = upstream;
    this.#clogged = false;
    upstream.onDrain(() => this.#flush());
    let life: 'spoke' | 'silent' = 'silent';
    upstream.onData((bytes) => {
      life = 'spoke';
      this.#print(bytes);
    });
    const ended = new Promise<'spoke' | 'silent'>((resolve) => {
      upstream.onClose(() => {
        if (this.#upstream === upstream) this.#upstream = undefined;
        resolve(life);
      });
    });
    this.#flush();
    return { ended };
  }

  #print(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#scrollback.push(bytes);
    for (const { viewer } of this.#viewers) viewer.show(bytes);
  }

  #type(bytes: Uint8Array): void {
    if (this.#typedLength + bytes.length > TYPE_AHEAD) return;
    this.#typed.push(bytes);
    this.#typedLength += bytes.length;
    if (!this.#clogged) this.#flush();
  }

  #flush(): void {
    this.#clogged = false;
    while (this.#upstream !== undefined && !this.#clogged && this.#typed.length > 0) {
      const next = this.#typed.shift() ?? new Uint8Array();
      this.#typedLength -= next.length;
      this.#clogged = !this.#upstream.write(next);
    }
  }
}
