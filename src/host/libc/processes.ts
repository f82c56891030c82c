import koffi from 'koffi';
import { checked, EINTR, library } from './library.ts';
import { SyscallError } from './syscall-error.ts';

/** asm-generic/unistd.h, the same on every architecture */
const SYS_PIDFD_OPEN = 434;
const SYS_CLOSE_RANGE = 436;

const calls = {
  kill: library.func('int kill(int pid, int signal)'),
  waitpid: library.func('int waitpid(int pid, void *status, int options)'),
  pidfdOpen: library.func('long syscall(long number, int pid, unsigned int flags)'),
  closeRange: library.func('long syscall(long number, unsigned int first, unsigned int last, unsigned int flags)'),
};

/** False when there is no such process. */
export function kill(pid: number, signal: number): boolean {
  if (calls.kill(pid, signal) === 0) return true;
  const failure = new SyscallError(koffi.errno(), 'kill');
  if (failure.code === 'ESRCH') return false;
  throw failure;
}

/** This child if it has ended, else the next of all that has: its number and wait status; undefined when none has. */
export function reap(child = -1): { readonly pid: number; readonly status: number } | undefined {
  const WNOHANG = 1;
  const status = Buffer.alloc(4);
  const pid: number = calls.waitpid(child, status, WNOHANG);
  return pid > 0 ? { pid, status: status.readInt32LE(0) } : undefined;
}

/** Waits until this child has ended; its wait status. */
export function waitFor(child: number): number {
  const status = Buffer.alloc(4);
  while (calls.waitpid(child, status, 0) < 0) {
    if (koffi.errno() !== EINTR) throw new SyscallError(koffi.errno(), 'waitpid');
  }
  return status.readInt32LE(0);
}

/** A descriptor that becomes readable when the process ends. */
export function pidfdOpen(pid: number): number {
  return checked('pidfd_open', Number(calls.pidfdOpen(SYS_PIDFD_OPEN, pid, 0)));
}

/** What this process was given beyond its standard descriptors is not passed on to its children. Kernels before 5.11 cannot: then nothing changes. */
export function passNothingOn(): void {
  const CLOSE_RANGE_CLOEXEC = 4;
  calls.closeRange(SYS_CLOSE_RANGE, 3, 0xffffffff, CLOSE_RANGE_CLOEXEC);
}
