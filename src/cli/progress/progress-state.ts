import type { ProgressEvent } from '../../model/outcome.ts';

type Stage = ProgressEvent['stage'];

/** Where each node is in a long action. */
export interface ProgressState {
  readonly nodes: ReadonlyMap<string, ProgressEvent>;
  readonly counts: Readonly<Record<Stage, number>>;
}

/** Collects events; `state` is always what to show now. */
export class Progress {
  readonly #nodes = new Map<string, ProgressEvent>();
  readonly #counts: Record<Stage, number> = {
    waiting: 0,
    launching: 0,
    launched: 0,
    ready: 0,
    failed: 0,
    stopping: 0,
    stopped: 0,
    skipped: 0,
  };

  constructor(nodes: Iterable<string> = []) {
    for (const node of nodes) this.add({ node, stage: 'waiting' });
  }

  get state(): ProgressState {
    return { nodes: this.#nodes, counts: this.#counts };
  }

  add(event: ProgressEvent): void {
    const before = this.#nodes.get(event.node);
    if (before !== undefined) this.#counts[before.stage] -= 1;
    this.#counts[event.stage] += 1;
    this.#nodes.set(event.node, event);
  }
}
