import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../host/files.ts';
import { graphNameIn } from './graph-name.ts';

const nameIn = (text: string) => graphNameIn({ ...systemFiles, readTextIfThere: () => Promise.resolve(text) }, '/topology.dot');

describe('graphNameIn', () => {
  it.each([
    ['graph "tutorial" {', 'tutorial'],
    ['// a\n# b\n/* c * d */ strict graph host-net{', 'host-net'],
    ['graph {', undefined],
    ['', undefined],
    ['{ graph x }', undefined],
  ])('%j', async (text, name) => {
    expect(await nameIn(text)).toBe(name);
  });

  it('takes no time for what is no graph', async () => {
    expect(await nameIn('/**/'.repeat(50_000))).toBeUndefined();
    expect(await nameIn(`// ${' '.repeat(50_000)}`)).toBeUndefined();
  });
});
