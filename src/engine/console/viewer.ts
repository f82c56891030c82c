import type { ByteStream } from '../../boundary/streams.ts';
import { encodeUtf8 } from '../../model/utf8.ts';

/** How far a viewer may fall behind before it misses output. Bytes. */
const QUEUE = 256 * 1024;

/** One who looks at a console. When it does not keep up, what it missed is replaced by a notice; memory stays bounded. */
export class Viewer {
  readonly #stream: ByteStream;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #missed = 0;
  #blocked = false;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Starts listening for room in the stream. Once, before the first show. */
  start(): void {
    this.#stream.onDrain(() => this.#resume());
  }

  show(bytes: Uint8Array): void {
    if (!this.#blocked) {
      this.#blocked = !this.#stream.write(bytes);
      return;
    }
    if (this.#queued + bytes.length > QUEUE) {
      this.#missed += this.#queued;
      this.#queue = [];
      this.#queued = 0;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
  }

  #resume(): void {
    const waiting = this.#queue;
    const missed = this.#missed;
    this.#blocked = false;
    this.#queue = [];
    this.#queued = 0;
    this.#missed = 0;
    if (missed > 0) this.show(encodeUtf8(`\r\n[weft: ${missed} bytes were skipped]\r\n`));
    for (const bytes of waiting) this.show(bytes);
  }
}
