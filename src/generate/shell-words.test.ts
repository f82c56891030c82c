import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionValue, shellWord } from './shell-words.ts';

describe('shellWord', () => {
  it('leaves plain words and quotes the others', () => {
    expect(shellWord('tap,fd=3')).toBe('tap,fd=3');
    expect(shellWord('')).toBe("''");
    expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
  });

  it('comes back from a real shell as it was', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((value) => value === value.replaceAll('\0', '').toWellFormed());
    const words = fc.sample(fc.oneof(text, fc.stringMatching(/^["'$`\\\n; |&*~#!-]{0,12}$/)), { numRuns: 300, seed: 7 });
    const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    const result = spawnSync('sh', { input: script, encoding: 'utf8' });
    expect(result.stdout.split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('optionValue', () => {
  it('doubles commas', () => {
    expect(optionValue('a,b')).toBe('a,,b');
  });
});
