import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ReadTree, TreeFile } from '../boundary/read-tree.ts';
import { errnoOf, systemFailure } from './system-failure.ts';

/** Reads a folder of the machine. */
export const systemReadTree: ReadTree = async (folder, most) => {
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return await readAll(folder, paths.sort(), most);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return { files: [], tooMuch: false };
    throw systemFailure(`read ${folder}`, failure);
  }
};

async function readAll(folder: string, paths: readonly string[], most: Parameters<ReadTree>[1]): ReturnType<ReadTree> {
  const files: TreeFile[] = [];
  let bytes = 0;
  for (const path of paths) {
    const { mode, size } = await stat(path);
    bytes += size;
    if (bytes > most.bytes || files.length === most.files) return { files, tooMuch: true };
    files.push({ name: relative(folder, path), mode: mode & 0o777, content: await readFile(path) });
  }
  return { files, tooMuch: false };
}
