/** Numbers that are the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `sides` - 1. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.roll(times) === 0;
  }

  /** One of them; undefined of none. */
  pick<T>(all: readonly T[]): T | undefined {
    return all[this.roll(Math.max(1, all.length))];
  }

  /** One to `most` of them, in any order. */
  some<T>(all: readonly T[], most: number): T[] {
    const left = [...all];
    return Array.from({ length: Math.min(all.length, 1 + this.roll(most)) }, () => left.splice(this.roll(left.length), 1)).flat();
  }
}
