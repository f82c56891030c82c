import { fstatSync, readSync, writeSync } from 'node:fs';
import * as descriptors from '../libc/descriptors.ts';
import * as processes from '../libc/processes.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { type SpawnOptions, spawnProcess } from './spawn-process.ts';

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

/** A program that runs in the namespaces that the thread was in when it was started. */
export interface RunningProgram {
  /** Waits for its end, the thread with it. Must be called once. Throws ETIMEDOUT, and ends it, after so many milliseconds. */
  end(milliseconds: number): ProgramEnd;
}

/** Starts a program. Its input and output are files in memory, so neither waits for the other. */
export function startProgram(program: Omit<SpawnOptions, 'descriptors'>, input: string): RunningProgram {
  const opened: number[] = [];
  const open = (name: string): number => {
    const fd = descriptors.memoryFile(name);
    opened.push(fd);
    return fd;
  };
  const close = () => {
    for (const fd of opened) descriptors.close(fd);
  };
  try {
    const [given, said] = [open('input'), open('output')];
    const bytes = Buffer.from(input);
    // At a position: the program shares the descriptor's own, which stays at the start.
    for (let at = 0; at < bytes.length; ) at += writeSync(given, bytes, at, bytes.length - at, at);
    const child = spawnProcess({ ...program, descriptors: [given, said, said] });
    return { end: (milliseconds) => closing(close, () => outcomeOf(endOf(child, milliseconds), said)) };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** The same from its start to its end. */
export function runProgram(program: Omit<SpawnOptions, 'descriptors'>, input: string, milliseconds: number): ProgramEnd {
  return startProgram(program, input).end(milliseconds);
}

function closing<T>(close: () => void, work: () => T): T {
  try {
    return work();
  } finally {
    close();
  }
}

function outcomeOf(status: number, said: number): ProgramEnd {
  const output = Buffer.alloc(fstatSync(said).size);
  readSync(said, output, 0, output.length, 0);
  return { code: (status & 0x7f) === 0 ? (status >> 8) & 0xff : undefined, output: output.toString('utf8') };
}

/** The wait status of a child that leads its session. */
function endOf(child: number, milliseconds: number): number {
  const watched = processes.pidfdOpen(child);
  try {
    const polled = Buffer.alloc(POLLFD);
    polled.writeInt32LE(watched, 0);
    polled.writeInt16LE(POLLIN, 4);
    const ended = descriptors.poll(polled, 1, milliseconds) > 0;
    if (!ended) processes.kill(-child, SIGKILL);
    const status = processes.waitFor(child);
    if (!ended) throw new SyscallError(ETIMEDOUT, 'wait', `it took more than ${milliseconds / 1000} s`);
    return status;
  } finally {
    descriptors.close(watched);
  }
}
