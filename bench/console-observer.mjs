import { readFileSync, watch } from 'node:fs';

/** How often what is awaited is looked for in the guest, and how long its shell gets to begin with that. Milliseconds. */
const [LOOKS_EVERY, BEGINS_WITHIN] = [5, 300];

/**
 * Sees the moment at which something comes true in a guest. The guest itself looks, and says so on its console: asking it again and again from
 * outside would cost it the processor that it needs, and a question every so often sees nothing in between.
 */
export class ConsoleObserver {
  #log;
  #run;
  #number = 0;

  /** `log` is the file that takes what the console says; `run` runs a shell script in the guest. */
  constructor(log, run) {
    this.#log = log;
    this.#run = run;
  }

  /** Has the guest look for a condition of its shell from now on. What this resolves with gives the moment, of performance.now(), at which it held. */
  async awaiting(condition) {
    this.#number += 1;
    const word = `observed-${this.#number}-here`;
    const look = `until ${condition}; do sleep ${LOOKS_EVERY / 1000}; done; echo ${word} >/dev/console`;
    await this.#run(`(${look}) </dev/null >/dev/null 2>&1 &`);
    await new Promise((resolve) => setTimeout(resolve, BEGINS_WITHIN));
    const seen = this.#said(word);
    return () => seen;
  }

  #said(word) {
    return new Promise((resolve) => {
      const look = () => {
        if (!readFileSync(this.#log, 'utf8').includes(word)) return;
        watcher.close();
        resolve(performance.now());
      };
      const watcher = watch(this.#log, look);
      look();
    });
  }
}
