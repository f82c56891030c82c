import type { Commands } from '../boundary/commands.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';

/** The files of an image, by the names they have in its folder. */
export interface ImageFiles {
  readonly vmlinux: Uint8Array;
  readonly initrd: Uint8Array;
  /** The packed kernel, which boot loaders start. */
  readonly vmlinuz: Uint8Array;
  /** A UEFI boot loader. */
  readonly bootx64: Uint8Array;
}

const NAMES: { readonly [Name in keyof ImageFiles]: string } = {
  vmlinux: 'vmlinux',
  initrd: 'initrd',
  vmlinuz: 'vmlinuz',
  bootx64: 'bootx64.efi',
};

const KEYS = ['vmlinux', 'initrd', 'vmlinuz', 'bootx64'] as const;

/** What an image was made from; kept beside it as recipe.json, which is written last: an image without it is not whole. */
export interface Built {
  readonly recipeHash: string;
  readonly local: string;
  /** `NAME VERSION` of each package. */
  readonly packages: readonly string[];
}

/** The image that `small` leads to, if it is whole and was made from this local recipe. */
export async function currentImage(files: Files, store: string, local: string): Promise<Built | undefined> {
  const built = await readBuilt(files, `${store}/small`);
  return built?.local === local ? built : undefined;
}

/**
 * Puts the image in its own folder, unless a whole one is there, and lets `small` lead to it. The link is switched by a rename, so a
 * reader sees the old image or the new. True where `make` was called.
 */
export async function writeImage(
  deps: { readonly files: Files; readonly commands: Commands },
  store: string,
  built: Built,
  force: boolean,
  make: () => Promise<ImageFiles>,
): Promise<boolean> {
  const { files } = deps;
  const folder = `${store}/${built.recipeHash}`;
  const there = !force && (await readBuilt(files, folder)) !== undefined;
  if (!there) {
    const made = await make();
    await files.makeDirectory(folder);
    for (const name of KEYS) await files.replace(`${folder}/${NAMES[name]}`, made[name]);
    await files.replace(`${folder}/recipe.json`, `${JSON.stringify(built, null, 2)}\n`);
  }
  await link(deps.commands, store, built.recipeHash);
  return !there;
}

/** One file of an image in `folder`. */
export function readImageFile(files: Files, folder: string, name: keyof ImageFiles): Promise<Uint8Array> {
  return files.readBytes(`${folder}/${NAMES[name]}`);
}

async function readBuilt(files: Files, folder: string): Promise<Built | undefined> {
  const text = await files.readTextIfThere(`${folder}/recipe.json`);
  if (text === undefined) return undefined;
  for (const name of KEYS) if (!(await files.exists(`${folder}/${NAMES[name]}`))) return undefined;
  const untrusted: unknown = JSON.parse(text);
  return isBuilt(untrusted) ? untrusted : undefined;
}

function isBuilt(untrusted: unknown): untrusted is Built {
  if (typeof untrusted !== 'object' || untrusted === null) return false;
  return 'recipeHash' in untrusted && typeof untrusted.recipeHash === 'string' && 'local' in untrusted && 'packages' in untrusted;
}

async function link(commands: Commands, store: string, target: string): Promise<void> {
  const script = 'new=$(mktemp -d small.XXXXXX) && ln -s "$1" "$new/small" && mv -T "$new/small" small && rmdir "$new"';
  const result = await commands.run(['sh', '-c', script, 'sh', target], { directory: store });
  if (result.code !== 0) throw new HostError('exit', `cannot switch ${store}/small to the new image: ${result.stderr.trim()}`);
}
