import { expect, it } from 'vitest';
import type { Clock } from '../../boundary/clock.ts';
import { launchIsThrough, pastEarlyEnd } from './launch-watch.ts';

const never = new Promise<never>(() => undefined);

/** A clock that goes off at once, and counts. */
function quickClock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    async sleep(milliseconds) {
      slept.push(milliseconds);
      await new Promise(setImmediate);
    },
  };
}

it('watches a script in parts, so that an end is heard of between them', async () => {
  const clock = quickClock();
  const ended = Promise.withResolvers<void>();
  setImmediate(() => setImmediate(() => ended.resolve()));
  await pastEarlyEnd(clock, ended.promise);
  expect(clock.slept.length).toBeLessThan(5);
  clock.slept.length = 0;
  await pastEarlyEnd(clock, never);
  expect(clock.slept.reduce((sum, part) => sum + part, 0)).toBeCloseTo(700);
});

it('waits for the answer of a hypervisor instead, where there is one', async () => {
  const asked: number[] = [];
  const waits: (Promise<unknown> | undefined)[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: async (_, until) => {
      waits.push(until);
      await until;
    },
  };
  const answers = (timeoutMs: number) => {
    asked.push(timeoutMs);
    return Promise.resolve();
  };
  await launchIsThrough(clock, { answers }, never, 5000);
  expect([asked, waits.length]).toEqual([[5000], 1]);
  await launchIsThrough(clock, { answers: () => Promise.reject(new Error('it ended')) }, Promise.resolve(), 5000);
});
