import { describe, expect, it } from 'vitest';
import { nameHint } from './name-hint.ts';

describe('nameHint', () => {
  it('names the nearest', () => {
    expect(nameHint('clinet1', ['server', 'client1'])).toBe('did you mean client1?');
  });

  it('offers the whole list while it is short', () => {
    expect(nameHint('zzzzz', ['a1', 'b2'])).toBe('there are: a1 b2');
    expect(
      nameHint(
        'zzzzz',
        Array.from({ length: 40 }, (_, index) => `node${index}`),
      ),
    ).toBeUndefined();
  });
});
