import { getSystemErrorMap } from 'node:util';

/** A system call that failed. Whoever knows the objects turns it into a sentence. */
export class SystemError extends Error {
  /** The errno's name. */
  readonly code: string;
  readonly errno: number;
  /** Why, for people: what the kernel said beyond the number (netlink's extended acknowledgement), else the errno's own text. */
  readonly reason: string;

  constructor(errno: number, call: string, detail = '') {
    const [code, text] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, `error ${errno}`];
    super(`${call}: ${code} ${detail || text}`);
    this.name = 'SystemError';
    this.code = code;
    this.errno = errno;
    this.reason = detail || text;
  }
}
