import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeUtf8 } from '../../model/utf8.ts';
import { JsonLines, parseObject } from './json-lines.ts';

function linesOf(chunks: readonly Uint8Array[], limit = 1000): string[] {
  const lines: string[] = [];
  const reader = new JsonLines(
    limit,
    (line) => lines.push(line),
    () => lines.push('(too long)'),
  );
  for (const chunk of chunks) reader.push(chunk);
  return lines;
}

it('gives the same lines however the stream is cut', () => {
  const words = fc.array(fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify({ text })));
  fc.assert(
    fc.property(words, fc.array(fc.nat()), (lines, cuts) => {
      const bytes = encodeUtf8(lines.map((line) => `${line}\r\n`).join(''));
      const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = places.map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
      expect(linesOf(chunks)).toEqual(lines);
    }),
  );
});

it('drops a line that is too long and goes on with the next', () => {
  expect(
    linesOf([encodeUtf8('{"a":1}\n'), new Uint8Array(900).fill(65), new Uint8Array(900).fill(65), encodeUtf8('\n{"b":2}\n')]),
  ).toEqual(['{"a":1}', '(too long)', '{"b":2}']);
});

it('starts anew at the byte that marks an answer of the guest agent', () => {
  expect(linesOf([encodeUtf8('{"half'), Uint8Array.of(0xff), encodeUtf8('{"return": 1}\n')])).toEqual(['{"return": 1}']);
});

it('takes objects only', () => {
  expect([parseObject('{"a":1}'), parseObject('[1]'), parseObject('null'), parseObject('{')]).toEqual([
    { a: 1 },
    undefined,
    undefined,
    undefined,
  ]);
});
