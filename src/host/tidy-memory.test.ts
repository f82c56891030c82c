import { expect, it } from 'vitest';
import { idleTidier } from './tidy-memory.ts';

it('collects once the process is idle and its heap has grown, and not again before it has grown anew', () => {
  const process = { busy: 0, heap: 100, collected: 0 };
  const megabyte = 1024 * 1024;
  const look = idleTidier({
    busy: () => process.busy,
    heap: () => process.heap * megabyte,
    collect: () => {
      process.collected += 1;
      process.heap = 30;
      process.busy += 50;
    },
  });
  const after = (work: number, heap: number) => {
    process.busy += work;
    process.heap = heap;
    look();
    return process.collected;
  };
  expect(after(2000, 100)).toBe(0);
  expect(after(10, 100)).toBe(1);
  expect(after(10, 60)).toBe(1);
  expect(after(900, 300)).toBe(1);
  expect(after(10, 300)).toBe(2);
  expect(after(10, 30)).toBe(2);
});
