import { fstatSync, readSync, writeSync } from 'node:fs';
import * as libc from './libc.ts';
import { type SpawnOptions, spawnProcess } from './spawn-process.ts';
import { SystemError } from './system-error.ts';

/** struct pollfd (poll.h) */
const POLLFD = 8;
const POLLIN = 1;
/** signal.h, asm-generic/errno.h */
const SIGKILL = 9;
const ETIMEDOUT = 110;

export interface ProgramEnd {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  /** What it wrote to standard output and standard error. */
  readonly output: string;
}

/**
 * Runs a program in the namespaces of this thread and waits for its end, the thread with it. Its input and output are files in memory, so
 * neither waits for the other. Throws ETIMEDOUT, and ends it, after so many milliseconds.
 */
export function runProgram(program: Omit<SpawnOptions, 'descriptors'>, input: string, milliseconds: number): ProgramEnd {
  const opened: number[] = [];
  const open = (name: string): number => {
    const fd = libc.memoryFile(name);
    opened.push(fd);
    return fd;
  };
  try {
    const [given, said] = [open('input'), open('output')];
    const bytes = Buffer.from(input);
    // At a position: the program shares the descriptor's own, which stays at the start.
    for (let at = 0; at < bytes.length; ) at += writeSync(given, bytes, at, bytes.length - at, at);
    const status = endOf(spawnProcess({ ...program, descriptors: [given, said, said] }), milliseconds);
    const output = Buffer.alloc(fstatSync(said).size);
    readSync(said, output, 0, output.length, 0);
    return { code: (status & 0x7f) === 0 ? (status >> 8) & 0xff : undefined, output: output.toString('utf8') };
  } finally {
    for (const fd of opened) libc.close(fd);
  }
}

/** The wait status of a child that leads its session. */
function endOf(child: number, milliseconds: number): number {
  const watched = libc.pidfdOpen(child);
  try {
    const descriptors = Buffer.alloc(POLLFD);
    descriptors.writeInt32LE(watched, 0);
    descriptors.writeInt16LE(POLLIN, 4);
    const ended = libc.poll(descriptors, 1, milliseconds) > 0;
    if (!ended) libc.kill(-child, SIGKILL);
    const status = libc.waitFor(child);
    if (!ended) throw new SystemError(ETIMEDOUT, 'wait', `it took more than ${milliseconds / 1000} s`);
    return status;
  } finally {
    libc.close(watched);
  }
}
