import type { Clock } from '../../boundary/clock.ts';

/** A state that comes back by itself. */
export interface FlapTimes {
  /** How long it lasts, in milliseconds. */
  readonly lasts: number;
  /** From one beginning to the next; undefined for once. Longer than `lasts`. */
  readonly every: number | undefined;
}

interface Flap {
  readonly ended: PromiseWithResolvers<void>;
  over: boolean;
}

/** `isWanted` turns false when the flap is ended, even while the change waits for its turn. */
export type FlapChange = (away: boolean, isWanted: () => boolean) => Promise<void>;

/** Things that change for a while, by name; each again and again, if so asked. They end with the process. */
export class Flaps {
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  readonly #flaps = new Map<string, Flap>();

  constructor(clock: Clock, log: (message: string) => void) {
    this.#clock = clock;
    this.#log = log;
  }

  has(name: string): boolean {
    return this.#flaps.has(name);
  }

  /**
   * `change(true)` has just been done; does `change(false)` after a while, and so on. What ran under this name before is ended as it is.
   * A change that fails is logged, and the next one is tried all the same.
   */
  begin(name: string, { lasts, every }: FlapTimes, change: FlapChange): void {
    this.end(name);
    const flap = { ended: Promise.withResolvers<void>(), over: false };
    this.#flaps.set(name, flap);
    void this.#run(name, flap, { lasts, every }, change);
  }

  /** No more changes of this name begin; none is fine. */
  end(name: string): void {
    const flap = this.#flaps.get(name);
    if (flap === undefined) return;
    this.#flaps.delete(name);
    flap.over = true;
    flap.ended.resolve();
  }

  endAll(): void {
    for (const name of this.#flaps.keys()) this.end(name);
  }

  async #run(name: string, flap: Flap, { lasts, every }: FlapTimes, change: FlapChange): Promise<void> {
    for (;;) {
      await this.#clock.sleep(lasts, flap.ended.promise);
      if (flap.over) return;
      await this.#attempt(name, () => change(false, () => !flap.over));
      if (flap.over) return;
      if (every === undefined) {
        this.end(name);
        return;
      }
      await this.#clock.sleep(every - lasts, flap.ended.promise);
      if (flap.over) return;
      await this.#attempt(name, () => change(true, () => !flap.over));
    }
  }

  async #attempt(name: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (failure) {
      this.#log(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`);
    }
  }
}
