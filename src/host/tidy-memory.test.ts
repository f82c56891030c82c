import { describe, expect, it } from 'vitest';
import { idleTidier } from './tidy-memory.ts';

const MEGABYTE = 1024 * 1024;

/** A process that collections leave with a heap of 30 MiB, or of 100 where they are not of all. `look` lets time pass, in which it works, in milliseconds. */
function watched() {
  const process = { busy: 0, heap: 100 };
  const collected: string[] = [];
  const tidy = idleTidier({
    busy: () => process.busy,
    heap: () => process.heap * MEGABYTE,
    collect: (extent) => {
      collected.push(extent);
      process.heap = extent === 'all' ? 30 : 100;
      process.busy += 500;
    },
  });
  return {
    collected,
    look: (work: number, heap = process.heap) => {
      process.busy += work;
      process.heap = heap;
      tidy();
    },
  };
}

describe('a process that is tidied', () => {
  it('is collected in full once it is idle for the first time, and not while it is at work', () => {
    const { collected, look } = watched();
    look(2000, 100);
    expect(collected).toEqual([]);
    look(10, 100);
    expect(collected).toEqual(['all']);
  });

  it('is not collected again before its heap has grown', () => {
    const { collected, look } = watched();
    look(10, 100);
    look(10, 60);
    look(900, 300);
    expect(collected).toEqual(['all']);
  });

  it('keeps its quick code when it is idle for a moment', () => {
    const { collected, look } = watched();
    for (const work of [10, 900, 10, 900, 10]) look(work, 300);
    expect(collected).toEqual(['all', 'most', 'most']);
  });

  it('is collected in full when it has been idle for five minutes, once', () => {
    const { collected, look } = watched();
    look(10);
    look(900, 300);
    for (let looks = 0; looks < 59; looks++) look(10);
    expect(collected).toEqual(['all', 'most']);
    for (let looks = 0; looks < 100; looks++) look(10);
    expect(collected).toEqual(['all', 'most', 'all']);
  });
});
