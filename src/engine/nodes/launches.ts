import type { NodeFailure } from '../../model/outcome.ts';
import type { Launcher, LaunchOptions } from './launcher.ts';
import type { NodeRecord } from './node-record.ts';

/** The launches of one start: the first nodes are launched while wires of others are still being made. */
export class Launches {
  readonly #launcher: Launcher;
  readonly #options: LaunchOptions;
  readonly #begun = new Set<NodeRecord>();
  readonly #failures: Promise<readonly NodeFailure[]>[] = [];

  constructor(launcher: Launcher, options: LaunchOptions) {
    this.#launcher = launcher;
    this.#options = options;
  }

  /** Launches those that it has not begun with before; waits for nothing. */
  begin(records: readonly NodeRecord[]): void {
    const fresh = records.filter((record) => !this.#begun.has(record));
    if (fresh.length === 0) return;
    for (const record of fresh) {
      this.#begun.add(record);
      record.launching = true;
    }
    const launched = this.#launcher.launch(fresh, this.#options).finally(() => {
      for (const record of fresh) record.launching = false;
    });
    launched.catch(() => undefined);
    this.#failures.push(launched);
  }

  /** What failed, once all that was begun is through. */
  async failures(): Promise<readonly NodeFailure[]> {
    return (await Promise.all(this.#failures)).flat();
  }
}
