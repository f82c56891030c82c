import { open } from 'node:fs/promises';
import type { GrowingFiles } from '../boundary/growing-files.ts';
import { errnoOf, systemFailure } from './system-failure.ts';

/** The machine's log files. */
export const systemGrowingFiles: GrowingFiles = {
  size: async (path) => (await slice(path, 0, 0)).size,
  readFrom: async (path, offset, limit) => (await slice(path, offset, limit)).bytes,
};

async function slice(path: string, offset: number, limit: number): Promise<{ size: number; bytes: Uint8Array }> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const from = offset < 0 ? Math.max(0, size + offset) : offset;
    const bytes = new Uint8Array(Math.max(0, Math.min(limit, size - from)));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return { size, bytes: bytes.subarray(0, bytesRead) };
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return { size: 0, bytes: new Uint8Array() };
    throw systemFailure(`read ${path}`, failure);
  }
}
