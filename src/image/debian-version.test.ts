import { describe, expect, it } from 'vitest';
import { compareDebianVersions } from './debian-version.ts';

describe('compareDebianVersions', () => {
  it.each([
    ['1.0', '1.0'],
    ['1.0-0', '1.0'],
    ['0:1.2', '1.2'],
    ['1.02', '1.2'],
  ])('%s equals %s', (a, b) => {
    expect(compareDebianVersions(a, b)).toBe(0);
  });

  it.each([
    ['1.0~rc1', '1.0'],
    ['1.9', '1.10'],
    ['6.1.187-1', '6.1.192-2'],
    ['9.9', '1:0.1'],
    ['1.0-1', '1.0-1+b1'],
    ['1.0-1+deb12u9', '1.0-1+deb12u10'],
    ['1.0a', '1.0+'],
    ['3.12-1', '3.12-1+deb12u2'],
  ])('%s comes before %s', (a, b) => {
    expect(compareDebianVersions(a, b)).toBeLessThan(0);
    expect(compareDebianVersions(b, a)).toBeGreaterThan(0);
  });
});
