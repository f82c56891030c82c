import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textOf } from './byte-string.ts';
import { readTar } from './tar.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-tar-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each(['gnu', 'ustar', 'pax'])('readTar of a %s archive', (format) => {
  it('reads files, folders, links and long names', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
    await mkdir(join(folder, 'usr/bin'), { recursive: true });
    await mkdir(join(folder, 'd'.repeat(90)));
    await writeFile(join(folder, 'usr/bin/tool'), 'content');
    await chmod(join(folder, 'usr/bin/tool'), 0o755);
    await writeFile(join(folder, long), 'long');
    await symlink('usr/bin', join(folder, 'bin'));
    await link(join(folder, 'usr/bin/tool'), join(folder, 'usr/bin/twin'));
    const entries = readTar(execFileSync('tar', [`--format=${format}`, '--sort=name', '-cf', '-', '.'], { cwd: folder }));

    expect(entries.get('usr/bin')).toMatchObject({ kind: 'directory' });
    expect(entries.get('bin')).toEqual({ kind: 'symlink', target: 'usr/bin' });
    const texts = ['usr/bin/tool', 'usr/bin/twin', long].map((path) => {
      const entry = entries.get(path);
      return entry?.kind === 'file' ? `${entry.mode.toString(8)} ${textOf(entry.content)}` : undefined;
    });
    expect(texts).toEqual(['755 content', '755 content', expect.stringMatching(/ long$/)]);
  });
});

describe('readTar', () => {
  it('refuses an archive that is cut short', async () => {
    await writeFile(join(folder, 'file'), 'x'.repeat(2000));
    const archive = execFileSync('tar', ['-cf', '-', 'file'], { cwd: folder });
    expect(() => readTar(archive.subarray(0, 1024))).toThrow('damaged tar archive');
  });
});
