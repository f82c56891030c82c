import { expect, it } from 'vitest';
import { availableIn, bytesOf } from './memory-size.ts';

it.each([
  ['512M', 512 * 1024 ** 2],
  ['512', 512 * 1024 ** 2],
  ['1G', 1024 ** 3],
  ['1.5g', 1.5 * 1024 ** 3],
  ['64k', 64 * 1024],
  ['', undefined],
  ['lots', undefined],
  ['-5M', undefined],
])('reads %j as %j bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});

it('reads what the kernel has to give', () => {
  expect(availableIn('MemTotal:       1000 kB\nMemAvailable:    500 kB\n')).toBe(500 * 1024);
  expect(availableIn('nothing of the kind')).toBeUndefined();
});
