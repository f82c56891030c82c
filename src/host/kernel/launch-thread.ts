import { Worker } from 'node:worker_threads';
import type { KernelFailure, NodeProcess, SpawnRequest } from '../../boundary/kernel.ts';
import type { LaunchAnswer, LaunchCall, LaunchSettings } from './launch-processes.ts';
import type { ThreadTask } from './run-thread.ts';

type Outcomes = readonly (NodeProcess | KernelFailure)[];

interface Pending {
  readonly resolve: (outcomes: Outcomes) => void;
  readonly reject: (bug: Error) => void;
}

/**
 * Starts nodes' processes in a thread of this process, which makes wires meanwhile: a start waits for the kernel to load the program,
 * a wire for the kernel's lock on interfaces. The thread begins with the first start.
 */
export class LaunchThread {
  readonly #threadPath: string;
  readonly #settings: LaunchSettings;
  readonly #pending = new Map<number, Pending>();
  #thread: Worker | undefined;
  #lastId = 0;

  /** `threadPath`: a program that calls `runThread` when it runs in a thread. */
  constructor(threadPath: string, settings: LaunchSettings) {
    this.#threadPath = threadPath;
    this.#settings = settings;
  }

  /** Outcome i belongs to request i. */
  launch(requests: readonly SpawnRequest[]): Promise<Outcomes> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#started().postMessage({ id, requests } satisfies LaunchCall);
    });
  }

  #started(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(this.#threadPath, {
      workerData: { task: 'launch', settings: this.#settings } satisfies ThreadTask,
      // Descriptors that the C library opened are not Node's to track.
      trackUnmanagedFds: false,
    });
    thread.unref();
    thread.on('message', (answer: LaunchAnswer) => this.#take(answer));
    thread.on('error', (failure) => {
      this.#thread = undefined;
      for (const { reject } of this.#pending.values()) reject(failure instanceof Error ? failure : new Error(String(failure)));
      this.#pending.clear();
    });
    this.#thread = thread;
    return thread;
  }

  #take(answer: LaunchAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('bug' in answer) pending?.reject(new Error(answer.bug));
    else pending?.resolve(answer.outcomes);
  }
}
