import { HostError } from '../boundary/host-error.ts';
import { bytesOf } from './byte-string.ts';
import { readElfNeeds } from './elf.ts';
import { type FileTree, resolvePath, type TreeEntry } from './file-tree.ts';

const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'usr/lib', 'usr/lib64'];

/** The wanted files of the packages (a `*` stands for anything), with the links on the way and the libraries that programs need. */
export function pickFiles(packages: FileTree, wanted: readonly string[]): FileTree {
  const picked = new Map<string, TreeEntry>();
  const pick = (path: string, neededBy: string): void => {
    const target = resolvePath(packages, path);
    const entry = target === undefined ? undefined : packages.get(target);
    if (target === undefined || entry === undefined) throw missing(path, neededBy);
    const link = packages.get(path);
    if (link?.kind === 'symlink') picked.set(path, link);
    if (picked.has(target)) return;
    picked.set(target, entry);
    const needs = entry.kind === 'file' ? readElfNeeds(entry.content) : undefined;
    if (needs?.interpreter !== undefined) pick(rooted(packages, needs.interpreter.slice(1)), target);
    for (const library of needs?.libraries ?? []) pick(libraryPath(packages, library, target), target);
  };
  for (const path of wanted) {
    if (!path.includes('*')) pick(rooted(packages, path), 'the image');
    else for (const match of matches(packages, path)) pick(match, 'the image');
  }
  return picked;
}

function matches(packages: FileTree, pattern: string): string[] {
  const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return [...packages].filter(([path, entry]) => entry.kind !== 'directory' && expression.test(path)).map(([path]) => path);
}

function libraryPath(packages: FileTree, library: string, neededBy: string): string {
  const path = LIBRARY_FOLDERS.map((folder) => `${folder}/${library}`).find((candidate) => packages.has(candidate));
  if (path === undefined) throw missing(library, neededBy);
  return path;
}

/** A path as programs name it; below /usr where the packages have it there. */
function rooted(packages: FileTree, path: string): string {
  if (packages.has(path)) return path;
  const base = path.slice(path.lastIndexOf('/') + 1);
  const moved = [`usr/${path}`, `usr/bin/${base}`, `usr/sbin/${base}`].find((candidate) => packages.has(candidate));
  return moved ?? path;
}

function missing(path: string, neededBy: string): HostError {
  return new HostError('no-file', `no package has ${path}, which ${neededBy} needs`, {
    hint: 'this release of Debian packs it otherwise; please report it',
  });
}

/** The skeleton that packages do not bring: devices to start with, accounts, and the merged directories. */
export function baseTree(bootModules: readonly string[]): FileTree {
  const link = (target: string): TreeEntry => ({ kind: 'symlink', target });
  const folder = (mode: number): TreeEntry => ({ kind: 'directory', mode });
  const text = (content: string): TreeEntry => ({ kind: 'file', mode: 0o644, content: bytesOf(content) });
  const device = (mode: number, major: number, minor: number): TreeEntry => ({ kind: 'character-device', mode, major, minor });
  return new Map([
    ['bin', link('usr/bin')],
    ['sbin', link('usr/sbin')],
    ['lib', link('usr/lib')],
    ['lib64', link('usr/lib64')],
    ['usr/lib64', folder(0o755)],
    ['usr/local/bin', folder(0o755)],
    ['usr/local/sbin', folder(0o755)],
    ['dev/console', device(0o600, 5, 1)],
    ['dev/null', device(0o666, 1, 3)],
    ['proc', folder(0o555)],
    ['sys', folder(0o555)],
    ['run', folder(0o755)],
    ['root', folder(0o700)],
    ['tmp', folder(0o1777)],
    ['var/run', link('../run')],
    ['var/log', folder(0o755)],
    ['var/tmp', link('../tmp')],
    ['etc/boot-modules', text(`${bootModules.join(' ')}\n`)],
    // Devices that these modules would make as soon as they are loaded.
    ['etc/modprobe.d/weft.conf', text('options bonding max_bonds=0\noptions dummy numdummies=0\noptions ifb numifbs=0\n')],
    [
      'etc/passwd',
      text(`root::0:0:root:/root:/bin/bash\ntcpdump:x:100:100::/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n`),
    ],
    ['etc/group', text('root:x:0:\ntcpdump:x:100:\nnogroup:x:65534:\n')],
    ['etc/hosts', text('127.0.0.1 localhost\n::1 localhost\n')],
    ['etc/inputrc', text('set enable-bracketed-paste off\n')],
    ['etc/nsswitch.conf', text('passwd: files\ngroup: files\nhosts: files dns\n')],
  ]);
}

/** Links to busybox for the commands that no package brings; `sh` is dash, because busybox's shell prefers its own commands to real ones. */
export function appletLinks(tree: FileTree, applets: readonly string[]): FileTree {
  const missingHere = (name: string): boolean => !['usr/bin', 'usr/sbin'].some((folder) => tree.has(`${folder}/${name}`));
  const links = applets
    .filter(missingHere)
    .map((name): [string, TreeEntry] => [`usr/bin/${name}`, { kind: 'symlink', target: 'busybox' }]);
  const fixed: [string, TreeEntry][] = [
    ['usr/bin/sh', { kind: 'symlink', target: 'dash' }],
    ['usr/sbin/modprobe', { kind: 'symlink', target: '../bin/busybox' }],
    ...['halt', 'reboot', 'shutdown'].map((name): [string, TreeEntry] => [
      `usr/sbin/${name}`,
      { kind: 'symlink', target: 'poweroff' },
    ]),
  ];
  return new Map([...links, ...fixed]);
}
