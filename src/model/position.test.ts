import { describe, expect, it } from 'vitest';
import { indexLines, positionOf } from './position.ts';

describe('positionOf', () => {
  const text = 'ab\ncd\r\nef\rgh\n';
  it.each([
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [6, 2, 4],
    [7, 3, 1],
    [10, 4, 1],
    [13, 5, 1],
    [99, 5, 1],
    [-5, 1, 1],
  ])('offset %i is line %i, column %i', (offset, line, column) => {
    expect(positionOf(text, offset)).toEqual({ line, column });
    expect(indexLines(text)(offset)).toEqual({ line, column });
  });
});
