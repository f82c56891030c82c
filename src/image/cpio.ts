import { bytesOf, joinBytes } from './byte-string.ts';
import { type FileTree, parentOf, type TreeEntry } from './file-tree.ts';

const FORMAT = { directory: 0o040000, file: 0o100000, symlink: 0o120000, 'character-device': 0o020000 };

/**
 * Writes a cpio archive in the `newc` form that Linux unpacks as an initramfs (Documentation/driver-api/early-userspace/buffer-format).
 * Everything belongs to root and has no date, so equal trees give equal bytes. Missing parent directories are added.
 */
export function writeCpio(tree: FileTree): Uint8Array {
  const pieces: Uint8Array[] = [];
  let inode = 1;
  for (const [path, entry] of withParents(tree)) pieces.push(...record(path, entry, inode++));
  pieces.push(...record('TRAILER!!!', undefined, 0));
  return joinBytes(pieces);
}

function record(path: string, entry: TreeEntry | undefined, inode: number): Uint8Array[] {
  const content = contentOf(entry);
  const name = bytesOf(`${path}\0`);
  const device = entry?.kind === 'character-device' ? entry : { major: 0, minor: 0 };
  const links = entry?.kind === 'directory' ? 2 : 1;
  const fields = [inode, modeOf(entry), 0, 0, links, 0, content.length, 0, 0, device.major, device.minor, name.length, 0];
  const header = bytesOf(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), content, padding(content.length)];
}

function modeOf(entry: TreeEntry | undefined): number {
  if (entry === undefined) return 0;
  return FORMAT[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.mode);
}

function contentOf(entry: TreeEntry | undefined): Uint8Array {
  if (entry?.kind === 'file') return entry.content;
  return entry?.kind === 'symlink' ? bytesOf(entry.target) : new Uint8Array(0);
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

function withParents(tree: FileTree): readonly (readonly [string, TreeEntry])[] {
  const all = new Map(tree);
  for (const path of tree.keys()) {
    for (let parent = parentOf(path); parent !== '' && !all.has(parent); parent = parentOf(parent)) {
      all.set(parent, { kind: 'directory', mode: 0o755 });
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}
