/** What is sorted by the time of its next frame. */
export interface Timed {
  readonly time: number;
}

/** A binary heap: the earliest is always at the top. */
export class EarliestFirst<T extends Timed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get earliest(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#time(parent) > item.time; parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  removeEarliest(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.settle();
  }

  /** To be called when the time of the earliest has changed. */
  settle(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#time(left + 1) < this.#time(left) ? left + 1 : left;
      if (this.#time(child) >= this.#time(at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #time(at: number): number {
    return this.#items[at]?.time ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#items[a], this.#items[b]];
    if (first === undefined || second === undefined) return;
    this.#items[a] = second;
    this.#items[b] = first;
  }
}
