import type { LabEvents } from '../events/lab-events.ts';
import type { NodeRecord } from './node-record.ts';

/** Tells which nodes stand still and which go on, once each, whoever asked for it; and which guests have shut themselves down. */
export class NodeStillness {
  readonly #events: LabEvents;
  readonly #still = new Set<string>();

  constructor(events: LabEvents) {
    this.#events = events;
  }

  /** Listens to a node that has just been launched or found running. */
  listen(record: NodeRecord): void {
    this.#still.delete(record.name);
    const { handle } = record;
    handle?.onEvent?.((event) => {
      if (record.handle !== handle) return;
      if (event !== 'shutdown') this.became(record.name, event);
      else this.#events.emit({ kind: 'node', node: record.name, state: 'shutdown', reason: 'the guest has shut itself down' });
    });
  }

  became(node: string, state: 'paused' | 'unpaused'): void {
    if (this.#still.has(node) === (state === 'paused')) return;
    if (state === 'paused') this.#still.add(node);
    else this.#still.delete(node);
    this.#events.emit({ kind: 'node', node, state });
  }
}
