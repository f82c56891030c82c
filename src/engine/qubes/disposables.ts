import type { QubesView } from '../../boundary/qubes-lab.ts';
import type { Change } from '../../model/change.ts';
import type { LabHappening } from '../../model/lab-event.ts';

export interface DisposablesParts {
  readonly view: () => QubesView;
  readonly change: (changes: readonly Change[]) => Promise<unknown>;
  readonly log: (message: string) => void;
}

/** Takes disposables away once they have ended, however that came. */
export class Disposables {
  readonly #parts: DisposablesParts;
  #closed = false;

  constructor(parts: DisposablesParts) {
    this.#parts = parts;
  }

  hear(happening: LabHappening): void {
    if (happening.kind !== 'node' || (happening.state !== 'stopped' && happening.state !== 'lost')) return;
    if (this.#closed || !this.#isTransient(happening.node)) return;
    // Whoever has ended it holds the turn: this one comes after it.
    void this.#remove(happening.node);
  }

  /** None is taken away any more: the lab itself goes. */
  close(): void {
    this.#closed = true;
  }

  #isTransient(node: string): boolean {
    const attributes = this.#parts.view().nodes.get(node)?.attributes;
    return Boolean(attributes?.['qn_disposable']) && attributes?.['qn_auto_cleanup'] !== 'false';
  }

  async #remove(node: string): Promise<void> {
    try {
      await this.#parts.change([{ change: 'remove', node }]);
    } catch (failure) {
      // It has been started again, or somebody else was faster.
      this.#parts.log(`${node}: it stays, although it is a disposable: ${String(failure)}`);
    }
  }
}
