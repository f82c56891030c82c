export type TreeEntry =
  | { readonly kind: 'file'; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'character-device'; readonly mode: number; readonly major: number; readonly minor: number };

/** Files by path; paths are relative to the root, without a leading slash. */
export type FileTree = ReadonlyMap<string, TreeEntry>;

/** Directories that a merged-/usr system (Debian 12 and later) keeps below /usr only. */
const MERGED = /^(bin|sbin|lib|lib64)(?=\/|$)/;

/** The path below /usr for what older packages install outside of it. */
export function mergedPath(path: string): string {
  return path.replace(MERGED, 'usr/$1');
}

/** Where a path leads, symbolic links followed; undefined when it leads nowhere. */
export function resolvePath(tree: FileTree, path: string): string | undefined {
  let at = mergedPath(path);
  for (let hops = 0; hops < 16; hops++) {
    const entry = tree.get(at);
    if (entry?.kind !== 'symlink') return entry === undefined ? undefined : at;
    at = mergedPath(normalize(entry.target.startsWith('/') ? entry.target : `${parentOf(at)}/${entry.target}`));
  }
  return undefined;
}

export function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
