import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { CaptureRequest, Netns } from '../../boundary/kernel.ts';
import type { SharedNamespaces } from '../kernel/namespaces.ts';
import type { ThreadTask } from '../kernel/run-thread.ts';
import { close, eventDescriptor } from '../libc/descriptors.ts';
import type { CaptureNews, CaptureOrder } from './capture-thread.ts';

/** A thread that captures. */
interface CaptureThread {
  /** Where it listened: it may end while the next is at its path already. */
  readonly path: string;
  /** What it polls besides its ports: it hears an order at once. */
  readonly bell: number;
}

/** One, as eventfd(2) counts. */
const ring = new Uint8Array(new BigUint64Array([1n]).buffer);

/** The captures under way, a thread each. */
export class Captures {
  readonly #threadPath: string;
  readonly #namespaces: SharedNamespaces;
  /** Every thread that has not ended. */
  readonly #threads = new Map<Worker, CaptureThread>();

  /** `threadPath`: a program that calls `runThread` when it runs in a thread. */
  constructor(threadPath: string, namespaces: SharedNamespaces) {
    this.#threadPath = threadPath;
    this.#namespaces = namespaces;
  }

  /** Resolves once frames are captured. Rejects where none can be, and with what goes wrong before. */
  begin(request: CaptureRequest): Promise<CaptureNews> {
    const bell = eventDescriptor();
    const task: ThreadTask = { task: 'capture', settings: { namespaces: this.#namespaces, request, bell } };
    const thread = new Worker(this.#threadPath, { workerData: task, trackUnmanagedFds: false });
    thread.unref();
    this.#threads.set(thread, { path: request.socketPath, bell });
    return new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.on('error', (failure) => {
        process.stderr.write(`capture: ${failure instanceof Error ? failure.stack : String(failure)}\n`);
        reject(failure);
      });
      thread.once('exit', () => {
        this.#threads.delete(thread);
        close(bell);
        reject(new Error('the capture ended before it began'));
      });
    });
  }

  /** Ends them all. A process that ended with many rings open would close them one by one, and take seconds. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#threads.keys()].map((thread) => {
        const ended = new Promise((resolve) => thread.once('exit', resolve));
        this.#order('end', thread);
        return ended;
      }),
    );
  }

  /** Frames of these ports pass elsewhere now; those that the capture does not have yet are captured, too. */
  move(socketPath: string, ports: CaptureRequest['ports']): void {
    for (const [thread, { path }] of this.#threads) if (path === socketPath) this.#order({ move: ports }, thread);
  }

  /** No capture keeps a namespace that is being deleted alive. */
  forget(netns: Netns): void {
    for (const thread of this.#threads.keys()) this.#order({ forget: netns }, thread);
  }

  #order(order: CaptureOrder, thread: Worker): void {
    thread.postMessage(order);
    const bell = this.#threads.get(thread)?.bell;
    if (bell !== undefined) writeSync(bell, ring);
  }
}
