import { constants } from 'node:os';
import type { KernelFailure, NodeProcess, ProcessExit } from '../../boundary/kernel.ts';
import * as descriptors from '../libc/descriptors.ts';
import * as processes from '../libc/processes.ts';
import { errnoOf } from '../system-failure.ts';

/** struct pollfd (poll.h) */
const POLLFD = 8;
const POLLIN = 1;
const period = 200;

type Outcomes = readonly (NodeProcess | KernelFailure)[];

/** Tells of processes that end: at once for this process's own children, within 200 ms for those of an earlier worker. */
export class ProcessWatch {
  readonly #tell: (exit: ProcessExit) => void;
  readonly #children = new Map<number, string>();
  readonly #adopted = new Map<number, { readonly node: string; readonly fd: number }>();
  /** Calls that start children now: until they have answered, nobody may reap what they started. */
  #starts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (exit: ProcessExit) => void) {
    this.#tell = tell;
  }

  start(): void {
    process.on('SIGCHLD', () => this.#reap());
    this.#timer = setInterval(() => this.#poll(), period);
    this.#timer.unref();
  }

  /** Watches the processes that `start` makes children of this one. What ended already is told after the outcomes are known. */
  async during(start: () => Promise<Outcomes>): Promise<Outcomes> {
    this.#starts += 1;
    try {
      const outcomes = await start();
      const pids = outcomes.flatMap((outcome) => ('pid' in outcome ? [this.#addChild(outcome)] : []));
      setImmediate(() => this.#reapAmong(pids));
      return outcomes;
    } finally {
      this.#starts -= 1;
    }
  }

  /** A process that is not a child of this one; known already is fine, ended already is told. */
  adopt(pid: number, node: string): void {
    if (this.#children.has(pid) || this.#adopted.has(pid)) return;
    try {
      this.#adopted.set(pid, { node, fd: processes.pidfdOpen(pid) });
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ESRCH') throw thrown;
      this.#tell({ node, pid, code: undefined, signal: undefined });
    }
  }

  #reap(): void {
    if (this.#starts > 0) this.#reapAmong([...this.#children.keys()]);
    else for (let ended = processes.reap(); ended !== undefined; ended = processes.reap()) this.#reaped(ended);
  }

  #reapAmong(pids: readonly number[]): void {
    for (const pid of pids) {
      const ended = this.#children.has(pid) ? processes.reap(pid) : undefined;
      if (ended !== undefined) this.#reaped(ended);
    }
  }

  #reaped({ pid, status }: { readonly pid: number; readonly status: number }): void {
    const node = this.#children.get(pid);
    if (node === undefined) return;
    this.#children.delete(pid);
    this.#tell({ node, pid, ...meaning(status) });
  }

  #addChild({ pid, node }: NodeProcess): number {
    const adopted = this.#adopted.get(pid);
    if (adopted !== undefined) descriptors.close(adopted.fd);
    this.#adopted.delete(pid);
    this.#children.set(pid, node);
    return pid;
  }

  #poll(): void {
    if (this.#adopted.size === 0) return;
    const watched = [...this.#adopted];
    const polled = Buffer.alloc(POLLFD * watched.length);
    for (const [at, [, { fd }]] of watched.entries()) {
      polled.writeInt32LE(fd, at * POLLFD);
      polled.writeInt16LE(POLLIN, at * POLLFD + 4);
    }
    if (descriptors.poll(polled, watched.length, 0) === 0) return;
    for (const [at, [pid, { node, fd }]] of watched.entries()) {
      if (polled.readInt16LE(at * POLLFD + 6) === 0) continue;
      descriptors.close(fd);
      this.#adopted.delete(pid);
      this.#tell({ node, pid, code: undefined, signal: undefined });
    }
  }
}

/** A wait status (wait(2)). */
function meaning(status: number): Pick<ProcessExit, 'code' | 'signal'> {
  const signal = status & 0x7f;
  if (signal === 0) return { code: (status >> 8) & 0xff, signal: undefined };
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return { code: undefined, signal: name ?? `signal ${signal}` };
}
