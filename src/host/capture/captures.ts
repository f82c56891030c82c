import { Worker } from 'node:worker_threads';
import type { CaptureRequest, Netns } from '../../boundary/kernel.ts';
import type { SharedNamespaces } from '../kernel/namespaces.ts';
import type { ThreadTask } from '../kernel/run-thread.ts';
import type { CaptureNews, CaptureOrder } from './capture-thread.ts';

/** The captures under way, a thread each. */
export class Captures {
  readonly #threadPath: string;
  readonly #namespaces: SharedNamespaces;
  /** By the path where they listened. */
  readonly #threads = new Map<string, Worker>();

  /** `threadPath`: a program that calls `runThread` when it runs in a thread. */
  constructor(threadPath: string, namespaces: SharedNamespaces) {
    this.#threadPath = threadPath;
    this.#namespaces = namespaces;
  }

  /** Resolves once frames are captured. Rejects where none can be, and with what goes wrong before. */
  begin(request: CaptureRequest): Promise<CaptureNews> {
    const task: ThreadTask = { task: 'capture', settings: { namespaces: this.#namespaces, request } };
    const thread = new Worker(this.#threadPath, { workerData: task, trackUnmanagedFds: false });
    thread.unref();
    this.#threads.set(request.socketPath, thread);
    return new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.on('error', (failure) => {
        process.stderr.write(`capture: ${failure instanceof Error ? failure.stack : String(failure)}\n`);
        reject(failure);
      });
      thread.once('exit', () => {
        // The next capture may listen at the same path already.
        if (this.#threads.get(request.socketPath) === thread) this.#threads.delete(request.socketPath);
        reject(new Error('the capture ended before it began'));
      });
    });
  }

  /** Ends them all. A process that ended with many rings open would close them one by one, and take seconds. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#threads.values()].map((thread) => {
        const ended = new Promise((resolve) => thread.once('exit', resolve));
        thread.postMessage('end' satisfies CaptureOrder);
        return ended;
      }),
    );
  }

  /** Frames of these ports pass elsewhere now. */
  move(socketPath: string, ports: CaptureRequest['ports']): void {
    this.#threads.get(socketPath)?.postMessage({ move: ports } satisfies CaptureOrder);
  }

  /** No capture keeps a namespace that is being deleted alive. */
  forget(netns: Netns): void {
    for (const thread of this.#threads.values()) thread.postMessage({ forget: netns } satisfies CaptureOrder);
  }
}
