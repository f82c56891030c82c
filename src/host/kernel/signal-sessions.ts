import { constants } from 'node:os';
import { kill } from '../libc/processes.ts';
import { machineTime } from './machine-time.ts';
import { processNumbers, readProcessStat } from './process-stat.ts';

/** How long a process that was told to stop may take: one that waits for a disk does so first. Milliseconds. */
const patience = 200;

/**
 * Signals every process of the sessions that these lead, and those that they start meanwhile: who has a SIGSTOP to come starts no other.
 * Returns once those that were told to stop stand still, or take too long.
 */
export function signalSessions(leaders: readonly number[], signal: number): void {
  const sessions = new Set(leaders);
  const told = new Set<number>();
  for (let before = -1; told.size > before; ) {
    before = told.size;
    for (const pid of processNumbers()) {
      if (told.has(pid) || !sessions.has(readProcessStat(pid)?.session ?? 0)) continue;
      told.add(pid);
      kill(pid, signal);
    }
  }
  if (signal === constants.signals.SIGSTOP) awaitStop(told);
}

/** The kernel stops a process when it next runs, which on a busy machine is later. */
function awaitStop(processes: ReadonlySet<number>): void {
  const goes = (pid: number) => 'RSD'.includes(readProcessStat(pid)?.state ?? 'X');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const end = machineTime() + patience; machineTime() < end && [...processes].some(goes); ) Atomics.wait(clock, 0, 0, 1);
}
