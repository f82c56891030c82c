import { kill } from '../netlink/libc.ts';
import { processNumbers, readProcessStat } from './process-stat.ts';

/** Signals every process of the sessions that these lead, and those that they start meanwhile: who has a SIGSTOP to come starts no other. */
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
}
