import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSlips, nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const names = ['qn_mem', 'qn_monitor', 'qn_template', 'qn_tap'];
  it.each([
    ['qn_mme', 'qn_mem'],
    ['QN_MEM', 'qn_mem'],
    ['qn_tempalte', 'qn_template'],
    ['qn_tap', 'qn_tap'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ])('%s is nearest to %s', (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });
});

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

describe('countSlips', () => {
  it('counts a swap, a change, a letter too many and one too few as one each', () => {
    expect([countSlips('ab', 'ba'), countSlips('ab', 'ac'), countSlips('ab', 'abc'), countSlips('ab', 'b')]).toEqual([
      1, 1, 1, 1,
    ]);
  });
  it('is the same both ways, zero only for equal words, and never more than the longer one has letters', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const slips = countSlips(a, b);
        expect(slips).toBe(countSlips(b, a));
        expect(slips === 0).toBe(a === b);
        expect(slips).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      { seed: 1 },
    );
  });
});
