import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileSet } from './write-file-set.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-set-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileSet', () => {
  it('writes all with their modes and leaves nothing else', async () => {
    writeFileSync(join(folder, 'a'), 'old');
    await writeFileSet(folder, [
      { name: 'a', content: 'new', mode: 0o755 },
      { name: 'b.yaml', content: new Uint8Array([104, 105]), mode: 0o644 },
    ]);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b.yaml']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'b.yaml'), 'utf8')).toBe('hi');
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o755);
  });

  it.each([3, 100])('leaves those of %s files as they are that are there already', async (count) => {
    const names = Array.from({ length: count }, (_, at) => `n${at}`);
    const files = (last: string) => names.map((name, at) => ({ name, content: at === 1 ? last : name, mode: 0o755 }));
    await writeFileSet(folder, files('one'));
    const first = statSync(join(folder, 'n0'));
    rmSync(join(folder, 'n2'));
    await writeFileSet(folder, files('two'));
    expect(statSync(join(folder, 'n0'))).toMatchObject({ ino: first.ino, mtimeMs: first.mtimeMs, ctimeMs: first.ctimeMs });
    expect(names.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(files('two').map(({ content }) => content));
    expect(readdirSync(folder)).toHaveLength(count);
  });

  it('says in one sentence why a directory cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileSet(join(folder, 'file', 'deep'), [])).rejects.toMatchObject({ name: 'HostError', code: 'ENOTDIR' });
  });

  it('removes its stage when a rename is refused', async () => {
    mkdirSync(join(folder, 'taken'));
    await expect(writeFileSet(folder, [{ name: 'taken', content: '', mode: 0o644 }])).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
