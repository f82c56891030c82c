import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../boundary/clock.ts';

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, until) {
    if (until === undefined) return delay(milliseconds);
    const early = new AbortController();
    const settled = () => early.abort();
    until.then(settled, settled);
    await delay(milliseconds, undefined, { signal: early.signal }).catch(() => undefined);
  },
};
