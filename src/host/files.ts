import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Files } from '../boundary/files.ts';
import { errnoOf, systemFailure } from './system-failure.ts';

/** The machine's file system. */
export const systemFiles: Files = {
  readText: (path) => attempt(`read ${path}`, () => readFile(path, 'utf8')),
  readBytes: (path) => attempt(`read ${path}`, () => readFile(path)),
  readTextIfThere: (path) => attempt(`read ${path}`, () => unlessMissing(readFile(path, 'utf8'))),
  list: (directory) => attempt(`list ${directory}`, async () => (await readdir(directory)).sort()),
  exists: (path) => attempt(`look at ${path}`, async () => (await unlessMissing(stat(path))) !== undefined),
  modified: (path) => attempt(`look at ${path}`, async () => (await unlessMissing(stat(path)))?.mtimeMs),
  remove: (path) => attempt(`remove ${path}`, () => rm(path, { recursive: true, force: true })),
  makeDirectory: (path, mode) =>
    attempt(`make the directory ${path}`, async () => {
      await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
    }),
  async replace(path, content, options = {}) {
    const temporary = join(dirname(path), temporaryName(basename(path)));
    try {
      await write(temporary, content, options);
      await rename(temporary, path);
      if (options.durable) await syncDirectory(dirname(path));
    } catch (failure) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw systemFailure(`write ${path}`, failure, 'nothing is lost: what was there before is still there');
    }
  },
};

let written = 0;

/** Short enough beside a target whose name is as long as a file system allows. */
function temporaryName(target: string): string {
  written += 1;
  return `.${target.slice(0, 32)}.${process.pid}.${written}.new`;
}

async function write(path: string, content: string | Uint8Array, options: { mode?: number; durable?: boolean }): Promise<void> {
  const file = await open(path, 'wx', options.mode ?? 0o666);
  try {
    await file.writeFile(content);
    if (options.mode !== undefined) await file.chmod(options.mode);
    if (options.durable) await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory: FileHandle = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (failure) {
    throw systemFailure(doing, failure);
  }
}

async function unlessMissing<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT' || errnoOf(failure) === 'ENOTDIR') return undefined;
    throw failure;
  }
}
