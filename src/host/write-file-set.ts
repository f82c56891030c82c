import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { NewFile, WriteFileSet } from '../boundary/file-set.ts';
import { systemFailure } from './system-failure.ts';

/** Files between two looks at other work: some milliseconds. */
const BATCH = 500;

/** Synchronous calls on purpose: for many small files they cost a fifth of what the thread pool's do. */
export const writeFileSet: WriteFileSet = async (directory, files) => {
  let stage: string | undefined;
  try {
    mkdirSync(directory, { recursive: true });
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

async function inBatches<T>(items: readonly T[], act: (item: T, index: number) => void): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    for (let at = from; at < Math.min(from + BATCH, items.length); at++) act(items[at] as T, at);
    await new Promise(setImmediate);
  }
}
