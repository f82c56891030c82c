import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../system-failure.ts';

/** What /proc/PID/stat says of a process (proc(5)). */
export interface ProcessStat {
  /** R, S, D: it lives; T: stopped by a signal; Z: ended. */
  readonly state: string;
  readonly session: number;
  /** Clock ticks after the machine's start. */
  readonly started: number;
}

/** The processes of this PID namespace. */
export function processNumbers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** undefined when there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', session: Number(fields[3]), started: Number(fields[19]) };
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}
