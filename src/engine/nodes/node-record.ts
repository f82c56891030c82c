import type { NodeHandle } from '../../boundary/driver.ts';
import type { NodeProcess, ProcessExit } from '../../boundary/kernel.ts';
import type { TopologyNode } from '../../model/topology.ts';

/** What the engine holds of one node that can run. */
export class NodeRecord {
  /** What it is, as the topology says now. */
  node: TopologyNode;
  /** It should run. */
  wanted = false;
  /** Its process, while there is one. */
  process: NodeProcess | undefined;
  handle: NodeHandle | undefined;
  ready = false;
  /** A start is under way. */
  launching = false;
  /** A stop is under way: its end is no loss. */
  stopping = false;
  /** Why it does not run although it should; one sentence. */
  reason: string | undefined;
  readonly #waiting = new Set<(exit: ProcessExit) => void>();

  constructor(node: TopologyNode) {
    this.node = node;
  }

  get name(): string {
    return this.node.name;
  }

  /** The same node as another topology would have it, with its state of this moment; for plans. */
  as(node: TopologyNode): NodeRecord {
    const copy = new NodeRecord(node);
    const { wanted, process, handle, ready, launching, stopping, reason } = this;
    return Object.assign(copy, { wanted, process, handle, ready, launching, stopping, reason });
  }

  /** Resolves when the process that runs now ends. */
  exit(): Promise<ProcessExit> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Takes note that its process ended, and tells all who wait. */
  ended(exit: ProcessExit): void {
    this.handle?.close();
    this.handle = undefined;
    this.process = undefined;
    this.ready = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell(exit);
  }
}
