import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The beginning and the end of a file. They overlap in a short one. */
export interface FileEdges {
  readonly first: string;
  readonly last: string;
}

/** Reads no more than so many bytes of each edge of a file; undefined where there is none. Half a character at a cut is U+FFFD. */
export function fileEdges(path: string, bytes: { readonly first: number; readonly last: number }): FileEdges | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
  try {
    const { size } = fstatSync(file);
    const piece = (length: number, at: number) => {
      const buffer = Buffer.alloc(Math.min(length, size));
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, at));
    };
    return { first: piece(bytes.first, 0), last: piece(bytes.last, Math.max(0, size - bytes.last)) };
  } finally {
    closeSync(file);
  }
}
