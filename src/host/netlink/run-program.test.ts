import { describe, expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

const shell = (script: string, input = '', milliseconds = 10_000) =>
  runProgram(
    { program: '/bin/sh', argv: ['sh', '-c', script], environment: ['PATH=/usr/bin:/bin'], directory: '/' },
    input,
    milliseconds,
  );

describe('runProgram', () => {
  it('gives input and takes output, however much', () => {
    const much = 'äbc\n'.repeat(100_000);
    expect(shell('cat /dev/stdin; echo no >&2; exit 3', much)).toEqual({ code: 3, output: `${much}no\n` });
  });

  it('tells of a signal', () => {
    expect(shell('kill -TERM $$')).toEqual({ code: undefined, output: '' });
  });

  it('ends what takes too long', () => {
    expect(() => shell('sleep 60; :', '', 100)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
  });
});
