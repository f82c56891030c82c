import type { Clock } from '../../boundary/clock.ts';
import type { GrowingFiles } from '../../boundary/growing-files.ts';
import type { ByteStream } from '../../boundary/streams.ts';

/** A console's log, and how far it has been read. */
export interface LogPlace {
  readonly path: string;
  at: number;
}

/** Read at once, in bytes. */
const most = 256 * 1024;
/** A log is written after the socket: pauses until it is looked at again, in milliseconds. */
const pauses: readonly number[] = [2, 5, 20, 60, 200];
/** Kept of what the socket said, for a log that cannot be written. Bytes. */
const kept = 64 * 1024;

/**
 * A console whose output is read from its log, from `place` on: QEMU drops what a socket does not take at once, and logs it. The socket says when to
 * look, and takes the input. Where the log does not grow, as on a full disk, what the socket said is shown.
 */
export function loggedStream(socket: ByteStream, place: LogPlace, { logs, clock }: LogReading): ByteStream {
  return new LoggedStream(socket, place, { logs, clock });
}

export interface LogReading {
  readonly logs: GrowingFiles;
  readonly clock: Clock;
}

class LoggedStream implements ByteStream {
  readonly #socket: ByteStream;
  readonly #place: LogPlace;
  readonly #reading: LogReading;
  #show: (bytes: Uint8Array) => void = () => undefined;
  #said: Uint8Array = new Uint8Array();
  /** How many bytes the socket has said, and the log has shown. */
  #heard = 0;
  #shown = 0;
  #looking: Promise<void> | undefined;
  #news = false;
  #closed = false;

  constructor(socket: ByteStream, place: LogPlace, reading: LogReading) {
    this.#socket = socket;
    this.#place = place;
    this.#reading = reading;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#show = listener;
    this.#socket.onData((bytes) => {
      this.#heard += bytes.length;
      this.#said = joined(this.#said, bytes).slice(-kept);
      this.#look();
    });
    this.#look();
  }

  /** After the last of the log has been read. */
  onClose(listener: (reason: Error | undefined) => void): void {
    this.#socket.onClose((reason) => {
      this.#look();
      void (this.#looking ?? Promise.resolve()).then(() => listener(reason));
    });
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#socket.onDrain(listener);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #look(): void {
    this.#news = true;
    this.#looking ??= this.#readOn()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
        if (this.#news && !this.#closed) this.#look();
      });
  }

  async #readOn(): Promise<void> {
    for (const pause of [0, ...pauses]) {
      if (pause > 0) await this.#reading.clock.sleep(pause);
      this.#news = false;
      while (!this.#closed && (await this.#readSome()));
      if (this.#closed || (this.#shown >= this.#heard && !this.#news)) return;
    }
    if (this.#shown < this.#heard) this.#showSaid();
  }

  async #readSome(): Promise<boolean> {
    const bytes = await this.#reading.logs.readFrom(this.#place.path, this.#place.at, most);
    if (this.#closed || bytes.length === 0) return false;
    this.#place.at += bytes.length;
    this.#shown += bytes.length;
    this.#show(bytes);
    return true;
  }

  #showSaid(): void {
    const missing = this.#said.slice(-Math.min(this.#said.length, this.#heard - this.#shown));
    this.#shown = this.#heard;
    this.#show(missing);
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
