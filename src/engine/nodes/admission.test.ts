import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';

describe('Admission', () => {
  it('never lets in more than it has slots, and everybody in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 30 }), async (slots, guests) => {
        const admission = new Admission(slots);
        let inside = 0;
        let most = 0;
        let served = 0;
        await Promise.all(
          Array.from({ length: guests }, async () => {
            const leave = await admission.enter();
            inside += 1;
            most = Math.max(most, inside);
            await Promise.resolve();
            inside -= 1;
            served += 1;
            leave();
            leave();
          }),
        );
        expect(served).toBe(guests);
        expect(most).toBeLessThanOrEqual(slots);
      }),
    );
  });
});
