import { getSystemErrorMap } from 'node:util';

/** A system call that failed. Whoever knows the objects turns it into a sentence. */
export class SyscallError extends Error {
  /** The errno's name. */
  readonly code: string;
  readonly errno: number;
  /** Why, for people: what the kernel said beyond the number (netlink's extended acknowledgement), else the errno's own text. */
  readonly reason: string;

  constructor(errno: number, call: string, detail = '') {
    const [code, text] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, `error ${errno}`];
    super(`${call}: ${code} ${detail || text}`);
    this.name = 'SyscallError';
    this.code = code;
    this.errno = errno;
    this.reason = detail || text;
  }

  /** By name: parts of a program that are loaded when they are needed are bundled with a copy of this class each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'SyscallError';
  }
}
