import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemReadTree } from './read-tree.ts';

const enough = { bytes: 1000, files: 10 };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-tree-'));
  mkdirSync(join(folder, 'config/deep'), { recursive: true });
  writeFileSync(join(folder, 'config/deep/b'), 'bee');
  writeFileSync(join(folder, 'a'), 'ay');
  chmodSync(join(folder, 'a'), 0o750);
  chmodSync(join(folder, 'config/deep/b'), 0o600);
  symlinkSync('/etc/passwd', join(folder, 'link'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('systemReadTree', () => {
  it('reads regular files with their modes, by name', async () => {
    const { files, tooMuch } = await systemReadTree(folder, enough);
    expect(tooMuch).toBe(false);
    expect(files.map(({ content, mode, name }) => [name, mode.toString(8), content.toString()])).toEqual([
      ['a', '750', 'ay'],
      ['config/deep/b', '600', 'bee'],
    ]);
  });

  it.each([
    ['bytes', { bytes: 4, files: 10 }],
    ['files', { bytes: 1000, files: 1 }],
  ])('stops where there are too many %s', async (_what, most) => {
    const { files, tooMuch } = await systemReadTree(folder, most);
    expect([files.map(({ name }) => name), tooMuch]).toEqual([['a'], true]);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await systemReadTree(join(folder, 'none'), enough)).toEqual({ files: [], tooMuch: false });
  });
});
