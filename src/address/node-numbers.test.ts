import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeNumbers } from './node-numbers.ts';

const names = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { minLength: 0 });

describe('nodeNumbers', () => {
  it('gives the smallest free numbers, in the order of the names', () => {
    expect(nodeNumbers(['x', 'a', 'b'], { a: 2 })).toEqual({ x: 1, a: 2, b: 3 });
  });

  it('gives back what there was where nothing changes', () => {
    const before = { a: 7, b: 2 };
    expect(nodeNumbers(['b', 'a'], before)).toBe(before);
  });

  it('knows a node that is called like a member of every object', () => {
    expect(nodeNumbers(['constructor', 'toString'], {})).toEqual({ constructor: 1, toString: 2 });
  });

  it('keeps what is there, and never gives one number twice', () => {
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (steps) => {
        let numbers = nodeNumbers([], {});
        for (const step of steps) {
          const before = numbers;
          numbers = nodeNumbers(step, before);
          expect(Object.keys(numbers).sort()).toEqual([...step].sort());
          expect(new Set(Object.values(numbers)).size).toBe(step.length);
          for (const name of step) if (Object.hasOwn(before, name)) expect(numbers[name]).toBe(before[name]);
        }
      }),
    );
  });
});
