import type { Clock } from '../boundary/clock.ts';

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, until) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      // Not by an AbortSignal: it makes an error with a stack each time, and a status waits for a thousand nodes.
      const early = () => {
        clearTimeout(timer);
        resolve();
      };
      until?.then(early, early);
    }),
};
