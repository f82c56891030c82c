import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** As execvp(3) finds it, but in these folders, and from `directory` where a path is relative. */
export function findProgram(word: string, folders: readonly string[], directory: string): string | undefined {
  const places = word.includes('/') ? [directory] : folders;
  return places.map((place) => resolve(directory, place, word)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
