import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../model/diagnostic.ts';
import { describeDiagnostics } from './describe-diagnostics.ts';

function wrong(from: number, to: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'syntax', severity: 'error', message: 'no', span: { from, to }, ...more };
}

function lines(text: string, ...diagnostics: Diagnostic[]): string[] {
  return describeDiagnostics({ path: 'lab/topology.dot.in', text }, diagnostics).split('\n');
}

describe('describeDiagnostics', () => {
  it('shows place, line, caret and help, in the order of the text', () => {
    expect(lines('graph {\n  a;;\n}\n', wrong(14, 15), wrong(10, 11, { severity: 'warning', hint: 'rest' }))).toEqual([
      'lab/topology.dot.in:2:3: warning: no',
      '      a;;',
      '      ^',
      '  help: rest',
      'lab/topology.dot.in:3:1: error: no',
      '    }',
      '    ^',
      '',
    ]);
  });

  it('keeps tabs, so that the caret stands right for any tab width', () => {
    expect(lines('\ta\tbc', wrong(3, 5))).toEqual(['lab/topology.dot.in:1:4: error: no', '    \ta\tbc', '    \t \t^^', '']);
  });

  it('gives wide characters two cells and combining ones none', () => {
    expect(lines('日本 e\u0301 👩‍👩‍👧 x', wrong(15, 16))[2]).toBe(`    ${' '.repeat(4 + 1 + 1 + 1 + 2 + 1)}^`);
    expect(lines('日本', wrong(0, 2))[2]).toBe('    ^^^^');
  });

  it('shows control characters instead of sending them to the terminal', () => {
    const text = describeDiagnostics({ path: 'a\u001b[31m', text: 'x\u001b[2Jy\u202e' }, [
      wrong(1, 2, { message: 'bell \u0007', hint: '\u009b1m' }),
    ]);
    expect(text).toBe('a\u241b[31m:1:2: error: bell \u2407\n    x\u241b[2Jy\ufffd\n     ^\n  help: \ufffd1m\n');
  });

  it('cuts long lines around the mistake', () => {
    const [, line = '', caret = ''] = lines(`${'a'.repeat(500)}b${'c'.repeat(500)}`, wrong(500, 501));
    expect(line.length).toBeLessThan(135);
    expect(line[caret.indexOf('^')]).toBe('b');
  });

  it('finds the mistake at the end of the file, and shows no line of an empty one', () => {
    expect(lines('ab', wrong(2, 2))[2]).toBe('      ^');
    expect(lines('', wrong(0, 0))).toEqual(['lab/topology.dot.in:1:1: error: no', '']);
  });

  it('is empty for nothing', () => {
    expect(describeDiagnostics({ path: 'x', text: 'graph {}' }, [])).toBe('');
  });
});
