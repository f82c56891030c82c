import { describe, expect, it } from 'vitest';
import { makePaint } from './paint.ts';
import { textTable } from './text-table.ts';
import { cutToWidth, printable, visibleWidth } from './visible-width.ts';

describe('textTable', () => {
  it('aligns columns, colours or not', () => {
    const paint = makePaint(true);
    const lines = textTable(
      [{ title: 'NODE' }, { title: 'PID', align: 'right' }, { title: 'STATE' }],
      [
        ['server', '12', paint.green('running')],
        ['a', '12345', 'off'],
      ],
    );
    expect(lines[0]).toBe('NODE      PID  STATE');
    expect(lines[1]).toBe(`server     12  ${paint.green('running')}`);
    expect(lines[2]).toBe('a       12345  off');
  });

  it('measures and cuts what is visible', () => {
    expect(visibleWidth(makePaint(true).red('äbc'))).toBe(3);
    expect(cutToWidth('abcdef', 4)).toBe('abc…');
    expect(cutToWidth('abc', 4)).toBe('abc');
    expect(printable('a\u001b[2Jb\u009b')).toBe('a·[2Jb·');
  });
});
