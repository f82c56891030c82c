import { getHeapStatistics } from 'node:v8';

/** What a process tells of itself, and what it can do about its memory. */
export interface ProcessMemory {
  /** Processor time since the start of the process, in milliseconds. */
  readonly busy: () => number;
  /** What the heap takes of the machine's memory, in bytes. */
  readonly heap: () => number;
  /** Collects garbage. `all` also gives back what V8 keeps for the next time, and forgets what it has learnt of the code that ran. */
  readonly collect: (extent: 'most' | 'all') => void;
}

/** How often to look. Milliseconds. */
const PERIOD = 5000;
/** A process that has used more processor time than this since the last look is at work. Milliseconds. */
const AT_WORK = 150;
/** Growth since the last collection that is worth one: half of what was left then, and this many bytes. */
const SLACK = 16 * 1024 * 1024;
/** After this many idle looks nobody is expected to go on with what was at work: five minutes. */
const LONG_IDLE = 300_000 / PERIOD;

/**
 * Looks at a process from time to time: one that has become idle and whose heap has grown gives back what it does not use. After its start that is
 * all that it can; later, when people come back to a lab that they are changing, the code that they need is to be as quick as it has become, so the
 * rest has to wait until it has been idle for long.
 */
export function idleTidier({ busy, heap, collect }: ProcessMemory): () => void {
  let before = busy();
  let idle = 0;
  /** What was left by the last collection, and by the last one of all. */
  const left = { most: 0, all: 0 };
  const hasGrown = (since: number) => heap() >= since * 1.5 + SLACK;
  return () => {
    const now = busy();
    idle = now - before <= AT_WORK ? idle + 1 : 0;
    before = now;
    const isAllDue = (idle >= LONG_IDLE || left.all === 0) && hasGrown(left.all);
    if (idle === 0 || !(isAllDue || hasGrown(left.most))) return;
    collect(isAllDue ? 'all' : 'most');
    left.most = heap();
    if (isAllDue) left.all = left.most;
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
    // What was collected stays with V8 for the next time, unless it is told that this is the last resort. Then it also drops the shapes of objects
    // of which none is left, and with them the compiled code that was made for them.
    collect: (extent) => gc({ type: 'major', execution: 'sync', flavor: extent === 'all' ? 'last-resort' : 'regular' }),
  });
  setInterval(look, PERIOD).unref();
}
