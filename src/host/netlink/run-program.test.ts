import { describe, expect, it } from 'vitest';
import { runProgram, startProgram } from './run-program.ts';

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

  it('runs several at once, each with its own input and output', () => {
    const program = (script: string) => ({
      program: '/bin/sh',
      argv: ['sh', '-c', script],
      environment: ['PATH=/usr/bin:/bin'],
      directory: '/',
    });
    const running = ['one', 'two'].map((input) => startProgram(program(`sleep 0.1; cat; exit 4`), input));
    expect(running.map((each) => each.end(10_000))).toEqual([
      { code: 4, output: 'one' },
      { code: 4, output: 'two' },
    ]);
  });

  it('tells of a signal', () => {
    expect(shell('kill -TERM $$')).toEqual({ code: undefined, output: '' });
  });

  it('ends what takes too long', () => {
    expect(() => shell('sleep 60; :', '', 100)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
  });
});
