import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesInLiteral, quote, unquote, writeName } from './dot-string.ts';

describe('unquote', () => {
  it.each([
    ['"a"', 'a'],
    ['""', ''],
    ['"a\\"b"', 'a"b'],
    ['"a\\\nb"', 'ab'],
    ['"a\\\r\nb"', 'ab'],
    ['"a\nb"', 'a\nb'],
    ['"\\N\\l\\\\"', '\\N\\l\\\\'],
    ['"\\\\\\""', '\\\\"'],
  ])('%j is %j', (quoted, text) => {
    expect(unquote(quoted)).toBe(text);
  });
});

/** What DOT can write: no odd number of backslashes before a quote, a line end or the end. */
export const dotText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom('"', '\\\\', '\\N', '\n', '\r\n', '<', '>', '{', '|', '--', '#', ' ', '\t', 'é'),
    ),
  )
  .map((parts) =>
    unquote(
      quote(
        parts
          .join('')
          .replaceAll('\0', '')
          .replace(/[\ufffd\p{Surrogate}]/gu, ''),
      ),
    ),
  );

describe('placesInLiteral', () => {
  it('tells of every character of a text where it is written', () => {
    fc.assert(
      fc.property(dotText, (text) => {
        const literal = quote(text);
        const places = placesInLiteral(literal);
        expect(places).toHaveLength(text.length);
        for (const [at, place] of places.entries()) {
          expect(literal[place] === '\\' && text[at] === '"' ? '"' : literal[place]).toBe(text[at]);
        }
      }),
    );
  });

  it.each([
    ['bare', [0, 1, 2, 3]],
    ['"a" + "b"', [1, 7]],
    ['"a\\\nb"', [1, 4]],
    ['"\\"a"', [1, 3]],
  ])('of %j', (literal, places) => {
    expect(placesInLiteral(literal)).toEqual(places);
  });
});

describe('quote', () => {
  it('is undone by unquote', () => {
    fc.assert(
      fc.property(dotText, (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });
  it.each([
    ['a\\', '"a\\\\"'],
    ['a\\"', '"a\\\\\\""'],
    ['a\\\n', '"a\\\\\n"'],
  ])('doubles the backslash that DOT cannot write in %j', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });
});

describe('writeName', () => {
  it.each([
    ['eth0', 'eth0'],
    ['tap-infix', '"tap-infix"'],
    ['Node', '"Node"'],
    ['subgraph', '"subgraph"'],
    ['-1.5', '-1.5'],
    ['1a', '"1a"'],
    ['', '""'],
    ['größe', 'größe'],
  ])('%s', (name, written) => {
    expect(writeName(name)).toBe(written);
  });
});
