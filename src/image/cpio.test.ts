import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from './byte-string.ts';
import { writeCpio } from './cpio.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';

interface Read {
  readonly path: string;
  readonly mode: number;
  readonly device: string;
  readonly content: string;
}

/** A reader of its own, after the kernel's documentation of the format. */
function readCpio(bytes: Uint8Array): Read[] {
  const records: Read[] = [];
  let at = 0;
  for (;;) {
    const field = (index: number): number => Number.parseInt(textOf(bytes.subarray(at + 6 + index * 8, at + 14 + index * 8)), 16);
    expect(textOf(bytes.subarray(at, at + 6))).toBe('070701');
    const nameEnd = at + 110 + field(11);
    const path = textOf(bytes.subarray(at + 110, nameEnd - 1));
    const start = Math.ceil(nameEnd / 4) * 4;
    if (path === 'TRAILER!!!') return records;
    records.push({
      path,
      mode: field(1),
      device: `${field(9)}:${field(10)}`,
      content: textOf(bytes.subarray(start, start + field(6))),
    });
    at = Math.ceil((start + field(6)) / 4) * 4;
  }
}

describe('writeCpio', () => {
  it('writes files, links, folders and devices, parents first', () => {
    const tree: FileTree = new Map<string, TreeEntry>([
      ['usr/bin/tool', { kind: 'file', mode: 0o755, content: bytesOf('#!') }],
      ['dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 }],
      ['bin', { kind: 'symlink', target: 'usr/bin' }],
      ['tmp', { kind: 'directory', mode: 0o1777 }],
    ]);
    expect(readCpio(writeCpio(tree))).toEqual([
      { path: 'bin', mode: 0o120777, device: '0:0', content: 'usr/bin' },
      { path: 'dev', mode: 0o040755, device: '0:0', content: '' },
      { path: 'dev/console', mode: 0o020600, device: '5:1', content: '' },
      { path: 'tmp', mode: 0o041777, device: '0:0', content: '' },
      { path: 'usr', mode: 0o040755, device: '0:0', content: '' },
      { path: 'usr/bin', mode: 0o040755, device: '0:0', content: '' },
      { path: 'usr/bin/tool', mode: 0o100755, device: '0:0', content: '#!' },
    ]);
  });

  it('keeps any name and content, and gives the same bytes in any order', () => {
    const name = fc.stringMatching(/^[a-z]{1,9}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.uint8Array({ maxLength: 40 })), (files) => {
        const entries = Object.entries(files).map(
          ([path, content]) => [path, { kind: 'file', mode: 0o644, content } as const] as const,
        );
        const archive = writeCpio(new Map(entries));
        expect(writeCpio(new Map(entries.toReversed()))).toEqual(archive);
        const read = new Map(readCpio(archive).map(({ path, content }) => [path, content]));
        expect(read).toEqual(new Map(entries.map(([path, { content }]) => [path, textOf(content)])));
      }),
    );
  });
});
