import { describe, expect, it } from 'vitest';
import { filled } from './filled.ts';

describe('filled', () => {
  it('fills lines of 80 characters', () => {
    const lines = filled(`${'word '.repeat(20)}end`, '  name  ', '      ');
    expect(lines).toEqual([`  name  ${'word '.repeat(14)}`.trimEnd(), `      ${'word '.repeat(6)}end`]);
    expect(filled('', '  name  ', '      ')).toEqual(['  name']);
  });

  it('ends lines behind a hyphen, and cuts what fits on none', () => {
    const start = 'x'.repeat(70);
    expect(filled(`${start} auto-attached`, '', '  ')).toEqual([`${start} auto-`, '  attached']);
    expect(filled('y'.repeat(100), '  ', '  ')).toEqual([`  ${'y'.repeat(78)}`, `  ${'y'.repeat(22)}`]);
  });
});
