import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this installation: the nearest one above this file that holds package.json; dist/, templates/, examples/ and guest/ are in it. */
export const installation: string = holderOf('package.json', dirname(fileURLToPath(import.meta.url)));

function holderOf(name: string, folder: string): string {
  return existsSync(`${folder}/${name}`) || folder === '/' ? folder : holderOf(name, dirname(folder));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the documents of this user's labs are kept (XDG Base Directory Specification: state). */
export function documentsFolder(environment: Environment): string {
  return `${environment['XDG_STATE_HOME'] || `${environment['HOME'] || homedir()}/.local/state`}/weft`;
}

export function documentPath(environment: Environment, lab: string): string {
  return `${documentsFolder(environment)}/${lab}.json`;
}

/** Where what can be made again is kept, the small guest's images among it (XDG Base Directory Specification: cache). */
export function cacheFolder(environment: Environment): string {
  return environment['XDG_CACHE_HOME'] || `${environment['HOME'] || homedir()}/.cache`;
}
