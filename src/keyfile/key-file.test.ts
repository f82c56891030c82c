import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyFileEntry, parseKeyFile } from './key-file.ts';
import { listOf, partsOf, textOf } from './value-text.ts';

function entryOf(value: string): KeyFileEntry {
  const entry = parseKeyFile(`[g]\nkey=${value}\n`).groups.get('g')?.get('key');
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

describe('parseKeyFile', () => {
  it('joins groups of one name, and the last of equal keys counts', () => {
    const { diagnostics, groups } = parseKeyFile('[a]\nx=1\ny=2\n\n[b]\nx=3\n # a comment\n[a]\n x = 4 = 5 \n');
    expect(diagnostics).toEqual([]);
    const shown = [...groups].map(([group, entries]) => [group, [...entries].map(([key, { raw }]) => [key, raw])]);
    expect(shown).toEqual([
      [
        'a',
        [
          ['x', '4 = 5'],
          ['y', '2'],
        ],
      ],
      ['b', [['x', '3']]],
    ]);
  });

  it('says where key and value stand', () => {
    const text = '[g]\r\n  key  =  value  \r\n';
    const entry = parseKeyFile(text).groups.get('g')?.get('key');
    const cut = (span: { from: number; to: number } | undefined) => text.slice(span?.from, span?.to);
    expect([cut(entry?.keySpan), cut(entry?.valueSpan)]).toEqual(['key', 'value']);
  });
});

describe('values', () => {
  it('undo the escapes that GLib knows', () => {
    expect(textOf(entryOf('\\sa\\tb\\\\n\\q')).text).toBe(' a\tb\\n\\q');
  });

  it('are lists with or without a last semicolon, in which one may be escaped', () => {
    const texts = (value: string) => listOf(entryOf(value)).map(({ text }) => text);
    expect(texts('')).toEqual([]);
    expect(texts('a')).toEqual(['a']);
    expect(texts('a; b\\;c ;;d;')).toEqual(['a', 'b;c', 'd']);
  });

  it('are taken apart at commas, each part with its place', () => {
    const text = '[g]\nkey=10.0.0.0/8, ,7\n';
    const entry = parseKeyFile(text).groups.get('g')?.get('key');
    const parts = entry === undefined ? [] : partsOf(textOf(entry));
    expect(parts.map(({ span, text: part }) => [part, text.slice(span.from, span.to)])).toEqual([
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['', ''],
      ['7', '7'],
    ]);
  });

  it('come back from any list that was written down', () => {
    const escaped = (item: string) =>
      item.replace(
        /[\\; \n\t\r]/g,
        (sign) =>
          `\\${new Map([
            ['\\', '\\'],
            [';', ';'],
            [' ', 's'],
            ['\n', 'n'],
            ['\t', 't'],
            ['\r', 'r'],
          ]).get(sign)}`,
      );
    const item = fc.stringMatching(/^[\\; \n\t\ra-z0-9=#[\]]+$/);
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(listOf(entryOf(items.map((one) => `${escaped(one)};`).join(''))).map(({ text }) => text)).toEqual(items);
      }),
    );
  });
});
