import { describe, expect, it } from 'vitest';
import { Words } from '../words.ts';
import { matches, requireChoice } from './qubes.ts';

describe('matches', () => {
  it.each([
    ['sys-*', 'sys-net', true],
    ['sys-*', 'my-sys-net', false],
    ['?', 'B', true],
    ['[A-C]', 'B', true],
    ['[!A-C]', 'B', false],
    ['[!A-C]', 'D', true],
    ['w[o', 'w[o', true],
    ['a.b', 'axb', false],
    ['a.b*', 'a.bc', true],
  ])('%s of %s is %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });
});

describe('requireChoice', () => {
  it.each([
    [[], {}, 'one of the arguments --all VMNAME is required'],
    [['work'], { all: true }, 'argument VMNAME: not allowed with argument --all'],
    [['work'], { exclude: ['F'] }, '--exclude can only be used with --all'],
  ])('refuses %j with %j', (positional, options, message) => {
    expect(() => requireChoice(new Words(positional, options), true)).toThrow(message);
  });

  it('takes names, all, and nothing where nothing is needed', () => {
    expect(() => requireChoice(new Words(['work'], {}), true)).not.toThrow();
    expect(() => requireChoice(new Words([], { all: true, exclude: ['F'] }), true)).not.toThrow();
    expect(() => requireChoice(new Words([], {}), false)).not.toThrow();
  });
});
