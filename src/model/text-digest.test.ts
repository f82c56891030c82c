import { describe, expect, it } from 'vitest';
import { textDigest } from './text-digest.ts';

describe('textDigest', () => {
  it('gives the same 32 bits for the same text, other ones for another seed', () => {
    expect(textDigest('sys-net')).toBe(textDigest('sys-net'));
    expect(textDigest('sys-net', 1)).not.toBe(textDigest('sys-net', 2));
    expect(textDigest('')).toBeGreaterThanOrEqual(0);
  });

  it('tells thousands of similar names apart', () => {
    const digests = new Set(Array.from({ length: 20_000 }, (_, number) => textDigest(`node-${number}`)));
    expect(digests.size).toBeGreaterThan(19_990);
  });
});
