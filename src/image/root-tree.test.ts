import { describe, expect, it } from 'vitest';
import { bytesOf } from './byte-string.ts';
import { type FileTree, resolvePath, type TreeEntry } from './file-tree.ts';
import { appletLinks, pickFiles } from './root-tree.ts';

const file: TreeEntry = { kind: 'file', mode: 0o755, content: bytesOf('#!/bin/sh\n') };
const tree: FileTree = new Map<string, TreeEntry>([
  ['usr/bin/tool', { kind: 'symlink', target: '/lib/tool-1' }],
  ['usr/lib/tool-1', file],
  ['usr/sbin/moved', file],
  ['usr/share/a', file],
  ['usr/share/deep/b', file],
  ['usr/bin/loop', { kind: 'symlink', target: 'loop' }],
]);

describe('resolvePath', () => {
  it('follows links into merged folders, and gives up on a circle', () => {
    expect(resolvePath(tree, 'bin/tool')).toBe('usr/lib/tool-1');
    expect(resolvePath(tree, 'usr/bin/loop')).toBeUndefined();
  });
});

describe('pickFiles', () => {
  it('takes a link with its target, all that a pattern names, and a program that moved between bin and sbin', () => {
    const picked = pickFiles(tree, ['usr/bin/tool', 'usr/share/*', 'usr/bin/moved']);
    expect([...picked.keys()].sort()).toEqual([
      'usr/bin/tool',
      'usr/lib/tool-1',
      'usr/sbin/moved',
      'usr/share/a',
      'usr/share/deep/b',
    ]);
  });

  it('says what is missing', () => {
    expect(() => pickFiles(tree, ['usr/bin/absent'])).toThrow('no package has usr/bin/absent, which the image needs');
  });
});

describe('appletLinks', () => {
  it('leaves room for real programs', () => {
    const links = appletLinks(tree, ['tool', 'ls', 'moved']);
    expect([...links.keys()].filter((path) => path.startsWith('usr/bin/'))).toEqual(['usr/bin/ls', 'usr/bin/sh']);
  });
});
