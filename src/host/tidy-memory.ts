import { getHeapStatistics } from 'node:v8';

/** What a process tells of itself, and what it can do about its memory. */
export interface ProcessMemory {
  /** Processor time since the start of the process, in milliseconds. */
  readonly busy: () => number;
  /** What the heap takes of the machine's memory, in bytes. */
  readonly heap: () => number;
  /** Collects all garbage, and gives the memory back. */
  readonly collect: () => void;
}

/** How often to look. Milliseconds. */
const PERIOD = 5000;
/** A process that has used more processor time than this since the last look is at work. Milliseconds. */
const AT_WORK = 150;
/** Growth since the last collection that is worth one: half of what was left then, and this many bytes. */
const SLACK = 16 * 1024 * 1024;

/** Looks at a process from time to time: one that has become idle and whose heap has grown gives back what it does not use. */
export function idleTidier({ busy, heap, collect }: ProcessMemory): () => void {
  let before = busy();
  let left = 0;
  return () => {
    const now = busy();
    const isIdle = now - before <= AT_WORK;
    before = now;
    if (!isIdle || heap() < left * 1.5 + SLACK) return;
    collect();
    left = heap();
    before = busy();
  };
}

/**
 * Has this process give back memory whenever it is idle. V8 lets a heap grow to several times of what is in use while there is much to do, and
 * leaves it so when there is nothing to do any more. Needs node's --expose-gc; does nothing without.
 */
export function tidyMemoryWhenIdle(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  const look = idleTidier({
    busy: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    heap: () => getHeapStatistics().total_heap_size,
    // What was collected stays with V8 for the next time, unless it is told that this is the last resort.
    collect: () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  });
  setInterval(look, PERIOD).unref();
}
