import { expect, it } from 'vitest';
import { rememberOutcome } from './remember-outcome.ts';

it('works once for the same arguments, and anew for others', () => {
  let calls = 0;
  const pair = rememberOutcome((one: { readonly name: string }, other: string) => [one.name, other, ++calls]);
  const [a, b] = [{ name: 'a' }, { name: 'b' }];
  expect(pair(a, 'x')).toBe(pair(a, 'x'));
  expect(pair(b, 'x')).toEqual(['b', 'x', 2]);
  expect(pair(a, 'x')).toEqual(['a', 'x', 1]);
  expect(pair(a, 'y')).toEqual(['a', 'y', 3]);
  expect(pair(a, 'x')).toEqual(['a', 'x', 4]);
});
