import { describe, expect, it } from 'vitest';
import { byCodePoints, filled, quoted } from './python-text.ts';

describe('quoted', () => {
  it.each([
    ['work', `'work'`],
    [`it's`, `"it's"`],
    [`'"`, `'\\'"'`],
    ['a\\b\n', `'a\\\\b\\n'`],
  ])('%j is %s', (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });
});

describe('byCodePoints', () => {
  it('knows no language', () => {
    expect(['work', 'B', 'work-2', 'dom0', '\u{1f40e}', '\uffee'].sort(byCodePoints)).toEqual([
      'B',
      'dom0',
      'work',
      'work-2',
      '\uffee',
      '\u{1f40e}',
    ]);
  });
});

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
