import { describe, expect, it } from 'vitest';
import { quoted } from './python-text.ts';

describe('quoted', () => {
  it.each([
    ['work', `'work'`],
    [`it's`, `"it's"`],
    [`'"`, `'\\'"'`],
    ['a\\b\n', `'a\\\\b\\n'`],
  ])('%j is %s', (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });
});
