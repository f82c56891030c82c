import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../boundary/clock.ts';

/** Kills every process that carries a lab's owner marks, and waits until none is left. For labs without a sandbox that would end them. */
export async function endMarked(lab: string, run: string, clock: Clock): Promise<void> {
  for (const deadline = clock.now() + 10_000; clock.now() < deadline; await clock.sleep(10)) {
    const marked = markedProcesses(lab, run);
    if (marked.length === 0) return;
    for (const pid of marked) kill(pid);
  }
}

function markedProcesses(lab: string, run: string): number[] {
  const marks = [`WEFT_LAB=${lab}`, `WEFT_RUNTIME=${run}`];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && marks.every((mark) => environmentOf(pid).includes(mark)));
}

/** Empty for processes of others, and for those that have ended (proc(5), environ). */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
