import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { lastLines, linesOfTerminal } from './terminal-text.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

describe('UTF-8', () => {
  it('writes what the platform writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([...encodeUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
    );
  });

  it('reads what the platform reads, ill-formed bytes included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('reads a long text', () => {
    const text = 'äx'.repeat(20_000);
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });
});

describe('base64', () => {
  it('agrees with the platform both ways, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64(text.replaceAll('=', ''))).toEqual(bytes);
      }),
    );
  });

  it('refuses what is no base64', () => {
    for (const text of ['a', 'ab c', 'ab-_', 'a===']) expect(decodeBase64(text)).toBeUndefined();
  });
});

describe('terminal text', () => {
  it('keeps what a person reads', () => {
    expect(linesOfTerminal('\u001b[1;32mok\u001b[0m\r\r\n\u001b]0;title\u0007$ ls\u001b(B\r\na\tb\u0008')).toEqual([
      'ok',
      '$ ls',
      'a\tb',
    ]);
  });

  it('gives the last lines with something on them', () => {
    expect(lastLines('1\n2\n \n3\n\n', 2)).toEqual(['2', '3']);
  });
});
