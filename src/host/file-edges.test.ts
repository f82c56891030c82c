import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileEdges } from './file-edges.ts';

describe('fileEdges', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-edges-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['', '', ''],
    ['ab', 'ab', 'ab'],
    ['abcdefgh', 'abcd', 'gh'],
  ])('reads the edges of %j', (text, first, last) => {
    const path = join(folder, 'file');
    writeFileSync(path, text);
    expect(fileEdges(path, { first: 4, last: 2 })).toEqual({ first, last });
  });

  it('has none of a file that is not there', () => {
    expect(fileEdges(join(folder, 'none'), { first: 4, last: 2 })).toBeUndefined();
  });
});
