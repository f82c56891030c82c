import { failureOf } from './failure.ts';
import type { KernelCall, KernelMessage } from './protocol.ts';
import { KernelWorker } from './worker.ts';

/** How long captures may take to end. Milliseconds. */
const patience = 3000;

/**
 * Runs the worker on this process's channel to its parent until the parent is gone. Nodes' processes live on. `threadPath` is a program
 * that calls `runThread` in a thread.
 */
export function serveKernel(threadPath: string): void {
  let worker: KernelWorker | undefined;
  // A parent that is gone meanwhile needs no answer; the channel's end is told apart.
  const send = (message: KernelMessage) => process.send?.(message, () => undefined);

  const answer = async ({ call, arguments: given }: KernelCall): Promise<unknown> => {
    if (call === 'start') {
      const [lab, hostProc] = given as [string, string];
      worker = KernelWorker.start(lab, hostProc, threadPath, {
        exit: (exit) => send({ exit }),
        sights: (sights) => send({ sights }),
      });
      return worker.abilities;
    }
    if (worker === undefined) throw new Error(`kernel worker: ${call} before start`);
    const carryOut = worker.calls[call] as (...given: readonly unknown[]) => unknown;
    return await carryOut(...given);
  };

  process.on('message', (message: KernelCall) => {
    answer(message).then(
      (result) => send({ id: message.id, answer: result }),
      (thrown: unknown) => send({ id: message.id, failure: describe(message.call, thrown) }),
    );
  });
  process.on('disconnect', () => {
    setTimeout(() => process.exit(0), patience);
    void Promise.resolve(worker?.close()).finally(() => process.exit(0));
  });
}

function describe(call: string, thrown: unknown) {
  try {
    return failureOf(`carry out ${call}`, thrown);
  } catch (bug) {
    return { code: 'bug', message: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) };
  }
}
