import { HostError } from '../../boundary/host-error.ts';
import type { KernelFailure } from '../../boundary/kernel.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { systemFailure } from '../system-failure.ts';

/** What the world refused, as data; anything else is a bug of ours and is thrown on. */
export function failureOf(doing: string, thrown: unknown): KernelFailure {
  if (thrown instanceof HostError) return { code: thrown.code, message: thrown.message };
  if (thrown instanceof SyscallError) return { code: thrown.code, message: `cannot ${doing}: ${thrown.reason}` };
  const failure = systemFailure(doing, thrown);
  if ('code' in failure && typeof failure.code === 'string') return { code: failure.code, message: failure.message };
  throw failure;
}
