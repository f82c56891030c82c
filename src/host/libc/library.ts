import koffi, { type LibraryHandle } from 'koffi';
import { SyscallError } from './syscall-error.ts';

/**
 * The C library, for the system calls that Node does not offer: they are called in this thread. Each function made of one throws a SyscallError
 * with the errno's name.
 */
export const library: LibraryHandle = koffi.load(null);

/** asm-generic/errno-base.h */
export const EINTR = 4;
export const EAGAIN = 11;

/** What a call returned, unless that was an error: then a SyscallError. */
export function checked(name: string, result: number): number {
  if (result >= 0) return result;
  throw new SyscallError(koffi.errno(), name);
}
