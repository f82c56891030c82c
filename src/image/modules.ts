import { textOf } from './byte-string.ts';
import { elfSection } from './elf.ts';

/** What a kernel module says of itself in its `.modinfo` section. */
export interface ModuleInfo {
  /** With underscores, as the kernel spells it. */
  readonly name: string;
  readonly depends: readonly string[];
  /** Modules that it wants loaded first where they exist (`softdep: pre`). */
  readonly before: readonly string[];
  /** Patterns by which the kernel asks for it. */
  readonly aliases: readonly string[];
}

/** Undefined when the bytes are no module. */
export function readModuleInfo(path: string, bytes: Uint8Array): ModuleInfo | undefined {
  const section = elfSection(bytes, '.modinfo');
  if (section === undefined) return undefined;
  const values = (key: string): string[] =>
    fields.filter((field) => field.startsWith(`${key}=`)).map((field) => field.slice(key.length + 1));
  const fields = textOf(section).split('\0');
  const softdeps = values('softdep').flatMap((text) => /pre:\s*([^:]*?)(?:\s*post:|$)/.exec(text)?.[1]?.split(/\s+/) ?? []);
  return {
    name: moduleName(path),
    depends: values('depends')
      .flatMap((list) => list.split(','))
      .filter((name) => name !== '')
      .map(underscored),
    before: softdeps.filter((name) => name !== '').map(underscored),
    aliases: values('alias'),
  };
}

/** `kernel/net/virtio-rng.ko.xz` is the module `virtio_rng`. */
export function moduleName(path: string): string {
  return underscored(path.slice(path.lastIndexOf('/') + 1).replace(/\.ko(\.\w+)?$/, ''));
}

function underscored(name: string): string {
  return name.replaceAll('-', '_');
}

/**
 * Names of `available` that match a wanted name or pattern (`nft_*`), in alphabetical order. A wanted module that is not there is built
 * into this kernel or unknown to it: it is left out.
 */
export function selectModules(available: Iterable<string>, wanted: readonly string[]): string[] {
  const patterns = wanted.map((name) => new RegExp(`^${name.replaceAll('*', '.*')}$`));
  return [...available].filter((name) => patterns.some((pattern) => pattern.test(name))).sort();
}

/** The wanted modules and all that they need, each after what it depends on. */
export function moduleClosure(wanted: readonly string[], infoOf: (name: string) => ModuleInfo | undefined): ModuleInfo[] {
  const found = new Map<string, ModuleInfo>();
  const visit = (name: string, path: readonly string[]): void => {
    const info = infoOf(name);
    if (info === undefined || found.has(name) || path.includes(name)) return;
    for (const dependency of [...info.before, ...info.depends]) visit(dependency, [...path, name]);
    found.set(name, info);
  };
  for (const name of wanted) visit(name, []);
  return [...found.values()];
}

/** The text of modules.dep (modules.dep(5)): each module's file and the files to load before it, the nearest first. */
export function modulesDep(modules: readonly ModuleInfo[], fileOf: (name: string) => string): string {
  const infos = new Map(modules.map((info) => [info.name, info]));
  return modules
    .map((info) => {
      const needs = moduleClosure(info.depends, (name) => infos.get(name)).reverse();
      return `${fileOf(info.name)}:${needs.map((need) => ` ${fileOf(need.name)}`).join('')}\n`;
    })
    .join('');
}

/** The text of modules.alias. */
export function modulesAlias(modules: readonly ModuleInfo[]): string {
  return modules.flatMap((info) => info.aliases.map((alias) => `alias ${alias} ${info.name}\n`)).join('');
}
