import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { lastLines } from '../../model/terminal-text.ts';
import { decodeUtf8, wholeUtf8 } from '../../model/utf8.ts';

/** What is kept of a console that prints without end. UTF-16 code units. */
const KEPT = 16 * 1024 * 1024;
const ERROR_LINES = 8;

/** Reads a console as text and waits for what it should print. */
export class ConsoleReader {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  #text = '';
  #rest: Uint8Array = new Uint8Array();
  #closed = false;
  #news: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  /** Starts reading. Once, before anything is expected. */
  start(): void {
    this.#stream.onClose(() => {
      this.#closed = true;
      this.#tell();
    });
    this.#stream.onData((bytes) => this.#take(bytes));
  }

  /** What was read so far does not count any more. */
  forget(): void {
    this.#text = '';
  }

  /** Waits until `find` sees what it looks for in the text read since the last `forget`. Fails with `timeout` or `closed`, and the last lines. */
  async expect<T>(find: (text: string) => T | undefined, deadline: number): Promise<T> {
    const until = this.#clock.now() + deadline;
    for (;;) {
      const found = find(this.#text);
      if (found !== undefined) return found;
      if (this.#closed) throw this.#failure('closed', 'the console was closed before the expected text came');
      if (this.#clock.now() >= until) throw this.#failure('timeout', 'the console did not print what was expected in time');
      await this.#clock.sleep(until - this.#clock.now(), this.#news.promise);
    }
  }

  /** Waits until nothing was printed for so many milliseconds. */
  async untilQuiet(milliseconds: number): Promise<void> {
    for (let seen = this.#news; !this.#closed; seen = this.#news) {
      await this.#clock.sleep(milliseconds, seen.promise);
      if (seen === this.#news) return;
    }
  }

  #take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const whole = wholeUtf8(all);
    this.#rest = all.slice(whole);
    this.#text = (this.#text + decodeUtf8(all.subarray(0, whole))).slice(-KEPT);
    this.#tell();
  }

  #tell(): void {
    const told = this.#news;
    this.#news = Promise.withResolvers<void>();
    told.resolve();
  }

  #failure(code: string, message: string): HostError {
    const lines = lastLines(this.#text, ERROR_LINES);
    const said = lines.length === 0 ? 'it printed nothing' : `its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    return new HostError(code, `${message}; ${said}`, {
      hint: 'open the console and look: it may wait for a login or run a program',
    });
  }
}
