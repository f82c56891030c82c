import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameStore } from './frame-store.ts';

const lengthAt = (view: DataView, at: number) => view.getUint16(at);

function block(length: number, mark: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(mark & 0xff);
  new DataView(bytes.buffer).setUint16(0, length);
  return bytes;
}

it('keeps the newest blocks, whole and in order, and uses its memory', () => {
  const lengths = fc.array(fc.integer({ min: 2, max: 700 }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 700, max: 20_000 }), lengths, (limit, given) => {
      const store = new FrameStore(limit);
      for (const [mark, length] of given.entries()) store.push(block(length, mark));
      const kept = [...store.blocks(lengthAt)];
      expect(store.count).toBe(kept.length);
      expect(kept).toEqual(given.map((length, mark) => block(length, mark)).slice(given.length - kept.length));
      const total = given.reduce((sum, length) => sum + length, 0);
      const held = kept.reduce((sum, { length }) => sum + length, 0);
      expect(held).toBeGreaterThanOrEqual(Math.min(total, limit - 3 * 700));
      expect(held).toBeLessThanOrEqual(limit);
    }),
  );
});

it('does not keep what is longer than its memory', () => {
  const store = new FrameStore(10);
  store.push(block(4, 1));
  store.push(block(11, 2));
  expect([...store.blocks(lengthAt)]).toEqual([block(4, 1)]);
});
