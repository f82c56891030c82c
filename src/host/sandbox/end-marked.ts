import type { Clock } from '../../boundary/clock.ts';
import { markedProcesses } from './marked-processes.ts';

/** Kills every process that carries a lab's owner marks, and waits until none is left. For labs without a sandbox that would end them. */
export async function endMarked(lab: string, run: string, clock: Clock): Promise<void> {
  for (const deadline = clock.now() + 10_000; clock.now() < deadline; await clock.sleep(10)) {
    const marked = markedProcesses().filter((found) => found.lab === lab && found.run === run);
    if (marked.length === 0) return;
    for (const { pid } of marked) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
