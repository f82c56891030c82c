import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import { readAr } from './ar.ts';
import { decompress } from './decompress.ts';
import { type FileTree, mergedPath } from './file-tree.ts';
import { readTar } from './tar.ts';

/** The files of a .deb (deb(5)), with all system directories below /usr. */
export async function unpackPackage(commands: Commands, file: string, bytes: Uint8Array): Promise<FileTree> {
  const members = readAr(bytes);
  const data = [...(members ?? [])].find(([name]) => name.startsWith('data.tar'));
  if (data === undefined) throw new HostError('damaged', `${file} is no Debian package`);
  const entries = readTar(await decompress(commands, data[1]));
  return new Map([...entries].map(([path, entry]) => [mergedPath(path), entry]));
}
