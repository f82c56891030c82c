import { describe, expect, it } from 'vitest';
import { readToolWords, usageOf } from './read-tool-words.ts';
import { featuresTool } from './tools/features.ts';
import { lsTool } from './tools/ls.ts';
import { prefsTool } from './tools/prefs.ts';

const identity = { program: 'qvm-ls', version: '1', columns: 80 };

function wordsOf(tool: typeof lsTool, ...argv: string[]) {
  const read = readToolWords(tool, identity, argv);
  if ('text' in read) throw new Error(read.text);
  return read.words;
}

describe('readToolWords', () => {
  it('takes options wherever they stand, shortened, and several values', () => {
    const words = wordsOf(lsTool, 'work', '--netw', '--exclude', 'a', '--tags', 'x', 'y', '--exclude=b', '-q');
    expect(words.positional).toEqual(['work']);
    expect(words.flag('network')).toBe(true);
    expect(words.flag('quiet')).toBe(true);
    expect(words.list('exclude')).toEqual(['a', 'b']);
    expect(words.list('tags')).toEqual(['x', 'y']);
  });

  it('keeps empty values, lines, and what stands behind two dashes', () => {
    expect(wordsOf(featuresTool, 'work', 'ipv6', '').positional).toEqual(['work', 'ipv6', '']);
    expect(wordsOf(featuresTool, 'B', 'attach-network-to', 'F\nG').positional[2]).toBe('F\nG');
    expect(wordsOf(prefsTool, 'work', 'kernelopts', '--', '--set').positional).toEqual(['work', 'kernelopts', '--set']);
  });

  it.each([
    [['--nosuch'], 'unrecognized arguments: --nosuch'],
    [['--net'], 'ambiguous option: --net could match --network, --netvm-is'],
    [['-o', 'x'], "argument --format/-o: invalid choice: 'x' (choose from 'simple', "],
    [['-O'], 'argument --fields/-O: expected one argument'],
  ])('complains of %j', (argv, message) => {
    expect(() => readToolWords(lsTool, identity, argv)).toThrow(message);
  });

  it('complains of words that are missing, and of too many', () => {
    expect(() => readToolWords(featuresTool, identity, [])).toThrow('the following arguments are required: VMNAME');
    expect(() => readToolWords(featuresTool, identity, ['a', 'b', 'c', 'd', 'e'])).toThrow('unrecognized arguments: d e');
  });

  it('has help and a version', () => {
    expect(readToolWords(lsTool, identity, ['--help'])).toEqual({ text: expect.stringContaining('Usage: qvm-ls [options]') });
    expect(readToolWords(lsTool, identity, ['--version'])).toEqual({ text: 'qvm-ls (weft) 1\n' });
    expect(usageOf(featuresTool, 'qvm-features')).toBe('usage: qvm-features [options] VMNAME [FEATURE] [VALUE]');
  });
});
