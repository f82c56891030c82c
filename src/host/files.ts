import {
  closeSync,
  constants,
  fchmodSync,
  fsync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Files } from '../boundary/files.ts';
import { inBatches } from './in-batches.ts';
import { errnoOf, systemFailure } from './system-failure.ts';

const sync = promisify(fsync);
const writeLong = promisify(writeFile);

/** What is longer is written by another thread. Bytes, or characters. */
const LONG = 4 * 1024 * 1024;

/** The machine's file system. */
export const systemFiles: Files = {
  readText: (path) => attempt(`read ${path}`, () => readFile(path, 'utf8')),
  readBytes: (path) => attempt(`read ${path}`, () => readFile(path)),
  readTextIfThere: (path) => attempt(`read ${path}`, () => unlessMissing(readFile(path, 'utf8'))),
  readTextsIfThere: async (paths) => {
    const texts: (string | undefined)[] = [];
    await inBatches(paths, (path) => texts.push(textIfThere(path)));
    return texts;
  },
  replaceAll: (files) => inBatches([...files], ([path, content]) => replaceNow(path, content)),
  removeAll: (paths) => inBatches(paths, removeNow),
  list: (directory) => attempt(`list ${directory}`, async () => (await readdir(directory)).sort()),
  exists: (path) => attempt(`look at ${path}`, async () => (await unlessMissing(stat(path))) !== undefined),
  isDirectory: (path) => attempt(`look at ${path}`, async () => (await unlessMissing(stat(path)))?.isDirectory() === true),
  modified: (path) => attempt(`look at ${path}`, async () => (await unlessMissing(stat(path)))?.mtimeMs),
  remove: (path) => attempt(`remove ${path}`, () => rm(path, { recursive: true, force: true })),
  makeDirectory: (path, mode) =>
    attempt(`make the directory ${path}`, async () => {
      await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
    }),
  overwrite: (path, lines, { mode = 0o666 } = {}) => attempt(`write ${path}`, () => overwrite(path, Buffer.from(lines), mode)),
  async replace(path, content, options = {}) {
    const temporary = join(dirname(path), temporaryName(basename(path)));
    try {
      await write(temporary, content, options);
      renameSync(temporary, path);
      if (options.durable) await syncDirectory(dirname(path));
    } catch (failure) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw systemFailure(`write ${path}`, failure, 'nothing is lost: what was there before is still there');
    }
  },
};

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT' || errnoOf(failure) === 'ENOTDIR') return undefined;
    throw systemFailure(`read ${path}`, failure);
  }
}

function replaceNow(path: string, content: string): void {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (failure) {
    rmSync(temporary, { force: true });
    throw systemFailure(`write ${path}`, failure, 'nothing is lost: what was there before is still there');
  }
}

function removeNow(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (failure) {
    throw systemFailure(`remove ${path}`, failure);
  }
}

/**
 * Short enough beside a target whose name is as long as a file system allows. Time since boot tells apart what processes of one number
 * write, in two sandboxes or one after the other: a killed one may have left its file behind.
 */
function temporaryName(target: string): string {
  return `${temporaryStart(target)}${process.pid}.${process.hrtime.bigint()}.new`;
}

function temporaryStart(target: string): string {
  return `.${target.slice(0, 32)}.`;
}

/** True for the name of a file that `replace` was writing for a target of that name when its process was killed. */
export function isHalfOf(target: string, name: string): boolean {
  return name.startsWith(temporaryStart(target)) && /^\d+\.\d+\.new$/.test(name.slice(temporaryStart(target).length));
}

/** True for the name of a file that `replace` was writing for some target. */
export function isAnyHalf(name: string): boolean {
  return /^\..{1,32}\.\d+\.\d+\.new$/.test(name);
}

/** Only what waits for the disk goes to another thread: each way there and back costs more than the rest together. */
async function write(path: string, content: string | Uint8Array, options: { mode?: number; durable?: boolean }): Promise<void> {
  const file = openSync(path, 'wx', options.mode ?? 0o666);
  try {
    if (content.length > LONG) await writeLong(file, content);
    else writeFileSync(file, content);
    if (options.mode !== undefined) fchmodSync(file, options.mode);
    if (options.durable) await sync(file);
  } finally {
    closeSync(file);
  }
}

/** What the old content is longer by is made empty lines by the same write, and cut off then. */
async function overwrite(path: string, content: Buffer, mode: number): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, mode);
  try {
    const { size } = await file.stat();
    const covering = Buffer.concat([content, Buffer.alloc(Math.max(0, size - content.length), '\n')]);
    await file.write(covering, 0, covering.length, 0);
    if (size > content.length) await file.truncate(content.length);
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = openSync(path, 'r');
  try {
    await sync(directory);
  } finally {
    closeSync(directory);
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
