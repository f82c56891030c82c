import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostError } from '../boundary/host-error.ts';
import { systemFiles as files } from './files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function failureOf(action: Promise<unknown>): Promise<HostError> {
  const failure = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(failure instanceof HostError)) throw new Error('expected a HostError');
  return failure;
}

describe('replace', () => {
  it('writes a new file and replaces an old one, leaving nothing beside it', async () => {
    const path = join(folder, 'a');
    await files.replace(path, 'one');
    await files.replace(path, new TextEncoder().encode('two'), { durable: true });
    expect(await files.readText(path)).toBe('two');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('sets the mode exactly, whatever the umask', async () => {
    const path = join(folder, 'script');
    await files.replace(path, '#!/bin/sh\n', { mode: 0o777 });
    expect((await stat(path)).mode & 0o777).toBe(0o777);
  });

  it('fits beside a name as long as the file system allows', async () => {
    await files.replace(join(folder, 'n'.repeat(255)), 'x');
    expect(await readdir(folder)).toEqual(['n'.repeat(255)]);
  });

  it('keeps the old content and no temporary file when it fails', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);
    await writeFile(join(path, 'kept'), 'old');
    const failure = await failureOf(files.replace(path, 'new'));
    expect(failure.code).toMatch(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(failure.hint).toContain('nothing is lost');
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('says that nothing is lost when the device is full', async () => {
    const failure = await failureOf(files.replace('/proc/sys/new', 'x'));
    expect(failure.hint).toContain('nothing is lost');
  });
});

describe('overwrite', () => {
  it('makes a file, and changes the one that is there for whoever has it open', async () => {
    const path = join(folder, 'a');
    await files.overwrite(path, 'one\nand more\n', { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const reader = await open(path);
    try {
      for (const lines of ['two\n', 'three\nand much more\n', '']) {
        await files.overwrite(path, lines);
        const buffer = Buffer.alloc(100);
        const { bytesRead } = await reader.read(buffer, 0, 100, 0);
        expect(buffer.toString('utf8', 0, bytesRead)).toBe(lines);
      }
    } finally {
      await reader.close();
    }
  });
});

describe('files', () => {
  it('tells a missing file from one that cannot be read', async () => {
    expect(await files.readTextIfThere(join(folder, 'none'))).toBeUndefined();
    expect(await files.exists(join(folder, 'none'))).toBe(false);
    expect(await files.modified(join(folder, 'none'))).toBeUndefined();
    expect((await failureOf(files.readText(join(folder, 'none')))).code).toBe('ENOENT');
    expect((await failureOf(files.readTextIfThere(folder))).code).toBe('EISDIR');
  });

  it('tells a directory from a file and from nothing', async () => {
    await writeFile(join(folder, 'a'), '');
    const paths = ['.', 'a', 'a/b', 'gone'].map((name) => join(folder, name));
    expect(await Promise.all(paths.map((path) => files.isDirectory(path)))).toEqual([true, false, false, false]);
  });

  it('makes, lists and removes directories, gone already being fine', async () => {
    const path = join(folder, 'x', 'y');
    await files.makeDirectory(path, 0o700);
    await files.makeDirectory(path, 0o700);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await files.replace(join(path, 'b'), '');
    await files.replace(join(path, 'a'), '');
    expect(await files.list(path)).toEqual(['a', 'b']);
    await chmod(path, 0o500);
    await files.remove(join(folder, 'x'));
    await files.remove(join(folder, 'x'));
    expect(await files.exists(path)).toBe(false);
  });
});
