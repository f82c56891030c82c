import { closeSync, readFileSync } from 'node:fs';
import type { NodeProcess } from '../../boundary/kernel.ts';
import { pidfdOpen } from '../libc/processes.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { errnoOf } from '../system-failure.ts';
import { ownerMarks } from './owner-marks.ts';
import { processNumbers, readProcessStat } from './process-stat.ts';

/** asm-generic/errno-base.h */
const ESRCH = 3;

/**
 * Processes of the sandbox that carry the lab's mark and lead a session, one for each node: the oldest, because what a node's process
 * starts inherits the mark. One that ends meanwhile is left out.
 */
export function findProcesses(lab: string, hostProc: string): NodeProcess[] {
  const oldest = new Map<string, { pid: number; started: number }>();
  for (const pid of processNumbers()) {
    const found = leader(pid, lab);
    const known = found && oldest.get(found.node);
    if (found !== undefined && (known === undefined || found.started < known.started)) oldest.set(found.node, found);
  }
  return [...oldest].flatMap(([node, { pid }]) => {
    try {
      return [{ node, pid, hostPid: hostPidOf(pid, hostProc) }];
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ESRCH') throw thrown;
      return [];
    }
  });
}

/**
 * A process's number on the machine: a procfs shows what a pidfd refers to (`Pid:` in fdinfo) as its own PID namespace numbers it.
 * Throws ESRCH when the process is gone.
 */
export function hostPidOf(pid: number, hostProc: string): number {
  const fd = pidfdOpen(pid);
  try {
    const number = Number(/^Pid:\s*(-?\d+)/m.exec(readFileSync(`${hostProc}/self/fdinfo/${fd}`, 'utf8'))?.[1]);
    if (!(number > 0)) throw new SyscallError(ESRCH, 'fdinfo');
    return number;
  } finally {
    closeSync(fd);
  }
}

/** What /proc says of a session leader with the lab's mark; undefined for any other process (proc(5)). */
function leader(pid: number, lab: string): { node: string; pid: number; started: number } | undefined {
  try {
    const stat = readProcessStat(pid);
    if (stat === undefined || stat.state === 'Z' || stat.session !== pid) return undefined;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const node = environment.find((entry) => entry.startsWith('WEFT_NODE='))?.slice('WEFT_NODE='.length);
    const marked = Object.entries(ownerMarks(lab)).every(([name, value]) => environment.includes(`${name}=${value}`));
    if (node === undefined || !marked) return undefined;
    return { node, pid, started: stat.started };
  } catch (thrown) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}
