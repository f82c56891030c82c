/** The last bytes of a stream, at least `limit` of them once so many have passed; memory stays below twice that. */
export class Scrollback {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get empty(): boolean {
    return this.#length === 0;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < 2 * this.#limit && this.#chunks.length < 1024) return;
    const kept = this.bytes();
    this.#chunks = [kept];
    this.#length = kept.length;
  }

  /** At most `limit` bytes, the newest. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole.slice(Math.max(0, at - this.#limit));
  }
}
