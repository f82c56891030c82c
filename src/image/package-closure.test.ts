import { describe, expect, it } from 'vitest';
import { packageClosure } from './package-closure.ts';
import type { PackageSource } from './package-source.ts';

const offered: Readonly<Record<string, string[]>> = {
  tool: ['libx1', 'debconf', 'libgone1'],
  libx1: ['liby2', 'zlib1g'],
  liby2: ['libx1'],
  zlib1g: [],
  debconf: [],
};
const source: PackageSource = {
  name: 'a test',
  fetch: () => Promise.reject(new Error('not asked for')),
  records: (names) =>
    Promise.resolve(
      names.flatMap((name) => {
        const depends = offered[name];
        return depends === undefined ? [] : [{ name, depends, version: '1', architecture: 'amd64', path: 'p', sha256: '0' }];
      }),
    ),
};

describe('packageClosure', () => {
  it('follows libraries only, through circles, in alphabetical order', async () => {
    const records = await packageClosure(source, ['tool']);
    expect(records.map(({ name }) => name)).toEqual(['libx1', 'liby2', 'tool', 'zlib1g']);
  });

  it('names the packages that the source does not have', async () => {
    await expect(packageClosure(source, ['tool', 'absent'])).rejects.toThrow('a test does not offer absent');
  });
});
