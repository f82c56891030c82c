import { HostError } from '../boundary/host-error.ts';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'check who owns it and its permissions',
  EPERM: 'this needs a permission that you do not have; as root it would work',
  ENOSPC: 'the disk is full: free some space and try again',
  EDQUOT: 'your disk quota is used up: free some space and try again',
  EROFS: 'the file system is read-only: choose another directory',
  EMFILE: 'too many open files: raise the limit with ulimit -n',
  EADDRINUSE: 'something else listens there: stop it or choose another port',
};

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it exists already',
  ENOSPC: 'no space left',
  EDQUOT: 'quota exceeded',
  EROFS: 'read-only file system',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EADDRINUSE: 'the address is in use',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the other side ended the connection',
  EPIPE: 'the other side is gone',
  ENOTSOCK: 'it is not a socket',
};

/** The errno's name of what node:* threw; undefined for anything else. */
export function errnoOf(failure: unknown): string | undefined {
  const code = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** A failed system call as a HostError: `cannot DOING: MEANING`. What carries no errno is a bug and comes back as it is. */
export function systemFailure(doing: string, failure: unknown, consequence?: string): Error {
  const code = errnoOf(failure);
  if (code === undefined) return failure instanceof Error ? failure : new Error(String(failure));
  const hint = [HINTS[code], consequence].filter((part) => part !== undefined).join('; ');
  return new HostError(code, `cannot ${doing}: ${MEANINGS[code] ?? code}`, { cause: failure, ...(hint === '' ? {} : { hint }) });
}
