import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import { bytesOf } from './byte-string.ts';
import { decompress } from './decompress.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import {
  type ModuleInfo,
  moduleClosure,
  moduleName,
  modulesAlias,
  modulesDep,
  readModuleInfo,
  selectModules,
} from './modules.ts';

const MODULE = /^usr\/lib\/modules\/([^/]+)\/.*\.ko(\.\w+)?$/;

/** The wanted modules of a kernel package, unpacked, in one folder, with the tables that modprobe reads. */
export async function kernelTree(commands: Commands, kernel: FileTree, wanted: readonly string[]): Promise<FileTree> {
  const paths = new Map([...kernel.keys()].filter((path) => MODULE.test(path)).map((path) => [moduleName(path), path]));
  const release = MODULE.exec([...paths.values()][0] ?? '')?.[1];
  if (release === undefined) throw new HostError('damaged', 'the kernel package holds no modules');

  const contents = new Map<string, Uint8Array>();
  const infos = new Map<string, ModuleInfo>();
  const selected = selectModules(paths.keys(), wanted);
  for (let missing = selected; missing.length > 0; ) {
    for (const name of missing) {
      const [path, content] = await moduleOf(commands, kernel, paths, name);
      const info = readModuleInfo(path, content);
      if (info === undefined) throw new HostError('damaged', `${path} is no kernel module`);
      contents.set(name, content);
      infos.set(name, info);
    }
    const needed = [...infos.values()].flatMap((info) => [...info.depends, ...info.before]);
    missing = [...new Set(needed)].filter((name) => paths.has(name) && !infos.has(name));
  }

  const modules = moduleClosure(selected, (name) => infos.get(name));
  const folder = `usr/lib/modules/${release}`;
  const files = modules.map(({ name }): [string, TreeEntry] => [
    `${folder}/${name}.ko`,
    { kind: 'file', mode: 0o644, content: contents.get(name) ?? new Uint8Array(0) },
  ]);
  const table = (name: string, text: string): [string, TreeEntry] => [
    `${folder}/${name}`,
    { kind: 'file', mode: 0o644, content: bytesOf(text) },
  ];
  return new Map([
    ...files,
    table(
      'modules.dep',
      modulesDep(modules, (name) => `${name}.ko`),
    ),
    table('modules.alias', modulesAlias(modules)),
  ]);
}

/** The kernel image of the package. */
export function kernelImage(kernel: FileTree): Uint8Array {
  const entry = [...kernel].find(([path]) => path.startsWith('boot/vmlinuz-'))?.[1];
  if (entry?.kind !== 'file') throw new HostError('damaged', 'the kernel package holds no kernel');
  return entry.content;
}

async function moduleOf(
  commands: Commands,
  kernel: FileTree,
  paths: ReadonlyMap<string, string>,
  name: string,
): Promise<[string, Uint8Array]> {
  const path = paths.get(name) ?? '';
  const entry = kernel.get(path);
  if (entry?.kind !== 'file') throw new HostError('damaged', `the kernel package has no ${path}`);
  return [path, await decompress(commands, entry.content)];
}
