/**
 * Admits starts a few at a time: a guest that boots takes a processor, and more of them at once than there are processors to boot on only
 * make each slower, until probes time out. First come, first served.
 */
export class Admission {
  readonly #slots: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Resolves once a slot is free, with the function that gives it back; giving back twice does nothing. */
  async enter(): Promise<() => void> {
    if (this.#taken >= this.#slots) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
