import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { NewFile, WriteFileSet } from '../boundary/file-set.ts';
import { inBatches } from './in-batches.ts';
import { systemFailure } from './system-failure.ts';

export const writeFileSet: WriteFileSet = async (directory, all) => {
  let stage: string | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    const files = await withoutUnchanged(directory, all);
    if (files.length === 0) return;
    const folder = mkdtempSync(join(directory, '.weft-new-'));
    stage = folder;
    await inBatches(files, (file, index) => writeOne(join(folder, String(index)), file));
    await inBatches(files, (file, index) => renameSync(join(folder, String(index)), join(directory, file.name)));
  } catch (failure) {
    throw systemFailure(`write the files of ${directory}`, failure);
  } finally {
    if (stage !== undefined) rmSync(stage, { recursive: true, force: true });
  }
};

function writeOne(path: string, file: NewFile): void {
  const descriptor = openSync(path, 'wx', file.mode);
  try {
    const bytes = typeof file.content === 'string' ? Buffer.from(file.content) : file.content;
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
}

/** So few files are looked for one by one; for more it is quicker to know which names there are. */
const few = 50;

/** A file that is there already with this content and these permissions is left as it is: making files is what costs the time. */
async function withoutUnchanged(directory: string, files: readonly NewFile[]): Promise<readonly NewFile[]> {
  const there = files.length < few ? undefined : new Set(readdirSync(directory));
  const umask = process.umask();
  const changed: NewFile[] = [];
  await inBatches(files, (file) => {
    if (there?.has(file.name) === false || !isThere(join(directory, file.name), file, umask)) changed.push(file);
  });
  return changed;
}

function isThere(path: string, { content, mode }: NewFile, umask: number): boolean {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size !== bytes.length || (found.mode & 0o7777) !== (mode & ~umask)) return false;
  return readFileSync(path).equals(bytes);
}
