import type { Commands } from '../boundary/commands.ts';
import { writeCpio } from './cpio.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { gzip } from './gzip.ts';

const FOLDER = 'usr/lib/weft';

/**
 * One archive with the programs of `tools` and what they need beyond `there`, as guest/packed-tool takes it apart: the programs below
 * tools.new/, which gets its last name when all is unpacked; the libraries where they belong.
 */
export async function packedTools(commands: Commands, tools: FileTree, there: FileTree): Promise<FileTree> {
  const entries = [...tools].filter(([path]) => !there.has(path));
  const placed = entries.map(([path, entry]): [string, TreeEntry] => [
    path.replace(/^usr\/s?bin\//, `${FOLDER}/tools.new/`),
    entry,
  ]);
  const content = await gzip(commands, writeCpio(new Map(placed)));
  return new Map([[`${FOLDER}/tools.cpio.gz`, { kind: 'file', mode: 0o644, content }]]);
}
