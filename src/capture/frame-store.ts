/** Blocks of a fixed amount of memory: the newest stay. */
export class FrameStore {
  readonly #limit: number;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where the blocks begin, the oldest first. */
  #starts: number[] = [];
  #oldest = 0;
  #next = 0;
  #wrapped = false;

  /** `limit`: bytes. Memory is taken as it is needed. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(limit, 4096));
  }

  /** How many blocks are there. */
  get count(): number {
    return this.#starts.length - this.#oldest;
  }

  /** Memory in use, in bytes. */
  get used(): number {
    return this.#wrapped ? this.#bytes.length : this.#next;
  }

  /** Keeps a copy. A block longer than all the memory is not kept. */
  push(block: Uint8Array): void {
    if (block.length > this.#limit) return;
    this.#makeRoom(block.length);
    this.#bytes.set(block, this.#next);
    this.#starts.push(this.#next);
    this.#next += block.length;
  }

  /** Copies, the oldest first. `lengthAt` reads a block's length where it begins. */
  *blocks(lengthAt: (view: DataView, at: number) => number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    const view = new DataView(this.#bytes.buffer);
    for (const start of this.#starts.slice(this.#oldest)) yield this.#bytes.slice(start, start + lengthAt(view, start));
  }

  #makeRoom(length: number): void {
    if (!this.#wrapped) this.#grow(length);
    if (this.#next + length > this.#bytes.length) {
      this.#forgetFrom(this.#next, this.#bytes.length);
      this.#next = 0;
      this.#wrapped = true;
    }
    this.#forgetFrom(this.#next, this.#next + length);
  }

  #grow(length: number): void {
    let capacity = this.#bytes.length;
    while (capacity < this.#limit && this.#next + length > capacity) capacity = Math.min(this.#limit, capacity * 2);
    if (capacity === this.#bytes.length) return;
    const larger = new Uint8Array(capacity);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  /** Forgets the oldest blocks as long as they begin in this range; before memory has been used once around, none does. */
  #forgetFrom(from: number, to: number): void {
    if (!this.#wrapped) return;
    for (let start = this.#starts[this.#oldest]; start !== undefined && start >= from && start < to; ) {
      this.#oldest += 1;
      start = this.#starts[this.#oldest];
    }
    if (this.#oldest < 1024 || this.#oldest < this.#starts.length / 2) return;
    this.#starts = this.#starts.slice(this.#oldest);
    this.#oldest = 0;
  }
}
