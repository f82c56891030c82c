import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import koffi from 'koffi';

/** flock(2), <sys/file.h>. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** A lock on a path, held until released or until the process ends, however it ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock without waiting; undefined when another process holds it. The file is made when missing, and may be removed by its
 * holder: whoever then locks the removed file notices and tries again.
 */
export function tryLock(path: string): FileLock | undefined {
  const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');
  for (;;) {
    const descriptor = openSync(path, 'a', 0o600);
    if (flock(descriptor, LOCK_EX | LOCK_NB) !== 0) {
      closeSync(descriptor);
      return undefined;
    }
    if (isStill(path, descriptor)) return { release: () => closeSync(descriptor) };
    closeSync(descriptor);
  }
}

function isStill(path: string, descriptor: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && there.ino === fstatSync(descriptor).ino;
}
