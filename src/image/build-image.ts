import type { Commands } from '../boundary/commands.ts';
import type { Sha256 } from '../boundary/digest.ts';
import type { Download } from '../boundary/download.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { bytesOf, textOf } from './byte-string.ts';
import { choosePackageSource } from './choose-source.ts';
import { writeCpio } from './cpio.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { type Built, currentImage, type ImageFiles, writeImage } from './image-store.ts';
import { kernelImage, kernelTree } from './kernel-tree.ts';
import { obtainPackages } from './obtain-packages.ts';
import { packageClosure } from './package-closure.ts';
import type { PackageRecord } from './package-record.ts';
import type { PackageSource } from './package-source.ts';
import { packedTools } from './packed-tools.ts';
import {
  applets,
  BOOT_LOADER,
  BOOT_MODULES,
  GUEST_FILES,
  KERNEL_PACKAGE,
  localRecipe,
  MODULES,
  PACKAGE_FILES,
  PACKAGES,
  PACKED_FILES,
} from './recipe.ts';
import { appletLinks, baseTree, pickFiles } from './root-tree.ts';
import { unpackPackage } from './unpack-package.ts';
import { extractVmlinux } from './vmlinux.ts';

export interface ImageDeps {
  readonly files: Files;
  readonly commands: Commands;
  readonly download: Download;
  readonly sha256: Sha256;
  /** Called before each long step, with a short phrase. */
  progress(message: string): void;
}

export interface ImageOptions {
  /** Absolute; `images/` and `packages/` are kept below it. */
  readonly cacheDirectory: string;
  /** The repository's guest/ folder. */
  readonly guestDirectory: string;
  /** Asks for the newest packages, although the image is up to date with what is known here. */
  readonly refresh?: boolean;
  /** Builds again, although the recipe is the same. */
  readonly force?: boolean;
  /** A Debian mirror for machines without apt; its folder that holds dists/ and pool/. */
  readonly mirror?: string;
}

export interface Image {
  /** The stable folder that always leads to the newest image. */
  readonly directory: string;
  readonly vmlinux: string;
  readonly initrd: string;
  readonly recipeHash: string;
  /** False where an image of the same recipe was there already. */
  readonly rebuilt: boolean;
}

/**
 * Makes the small guest's kernel and initramfs from Debian packages, or finds them made already. Needs no privileges. Two builders may
 * run at once: each writes whole files and the last one's link stays. Without `refresh` and `force`, an image whose local recipe is
 * unchanged is taken as it is, without asking any package source. Rejects with a HostError.
 */
export async function buildImage(deps: ImageDeps, options: ImageOptions): Promise<Image> {
  const guest = await readGuest(deps.files, options.guestDirectory);
  const local = localRecipe(new Map([...guest].map(([file, bytes]) => [file, textOf(bytes)])));
  const store = `${options.cacheDirectory}/images`;
  if (!options.refresh && !options.force) {
    const current = await currentImage(deps.files, store, local);
    if (current !== undefined) return imageOf(store, current.recipeHash, false);
  }

  const source = await choosePackageSource(deps, options);
  deps.progress(`choosing packages (${source.name})`);
  const [kernel, packages] = await resolve(source);
  const chosen = [kernel, ...packages].map(({ name, version }) => `${name} ${version}`);
  const recipeHash = deps.sha256(bytesOf(JSON.stringify([local, chosen]))).slice(0, 16);
  const built: Built = { recipeHash, local, packages: chosen };
  const rebuilt = await writeImage(deps, store, built, options.force === true, () =>
    makeFiles(deps, options, source, guest, kernel, packages),
  );
  return imageOf(store, recipeHash, rebuilt);
}

async function readGuest(files: Files, directory: string): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map(
    await Promise.all(GUEST_FILES.map(async ({ file }) => [file, await files.readBytes(`${directory}/${file}`)] as const)),
  );
}

async function resolve(source: PackageSource): Promise<[PackageRecord, readonly PackageRecord[]]> {
  const packages = await packageClosure(source, PACKAGES);
  const [meta] = await source.records([KERNEL_PACKAGE]);
  const name = meta?.depends.find((dependency) => dependency.startsWith('linux-image-'));
  const [kernel] = name === undefined ? [] : await source.records([name]);
  if (kernel === undefined) throw new HostError('no-package', `${source.name} does not offer a kernel (${KERNEL_PACKAGE})`);
  return [kernel, packages];
}

async function makeFiles(
  deps: ImageDeps,
  options: ImageOptions,
  source: PackageSource,
  guest: ReadonlyMap<string, Uint8Array>,
  kernel: PackageRecord,
  packages: readonly PackageRecord[],
): Promise<ImageFiles> {
  const debs = await obtainPackages(deps, source, [kernel, ...packages], `${options.cacheDirectory}/packages`);
  deps.progress('unpacking packages');
  const trees = await Promise.all(
    [...debs].map(async ([name, bytes]) => [name, await unpackPackage(deps.commands, name, bytes)] as const),
  );
  const kernelFiles: FileTree = new Map(trees.filter(([name]) => name === kernel.name).flatMap(([, tree]) => [...tree]));
  const userFiles: FileTree = new Map(trees.filter(([name]) => name !== kernel.name).flatMap(([, tree]) => [...tree]));

  deps.progress('packing the image');
  const picked = pickFiles(userFiles, PACKAGE_FILES);
  const own = GUEST_FILES.map(({ file, path, mode }): [string, TreeEntry] => [
    path,
    { kind: 'file', mode, content: guest.get(file) ?? new Uint8Array(0) },
  ]);
  const modules = await kernelTree(deps.commands, kernelFiles, MODULES);
  const tools = await packedTools(deps.commands, pickFiles(userFiles, PACKED_FILES), picked);
  const links = appletLinks(new Map([...picked, ...own]), applets());
  const initramfs = writeCpio(new Map([...baseTree(BOOT_MODULES), ...links, ...picked, ...modules, ...tools, ...own]));
  const vmlinuz = kernelImage(kernelFiles);
  const { kernel: vmlinux, packed } = await extractVmlinux(deps.commands, vmlinuz);
  if (packed) deps.progress('the kernel stays packed: no program here unpacks it; guests start a little slower');
  const bootLoader = pickFiles(userFiles, [BOOT_LOADER]).get(BOOT_LOADER);
  const bootx64 = bootLoader?.kind === 'file' ? bootLoader.content : new Uint8Array(0);
  return { vmlinux, vmlinuz, bootx64, initrd: await pack(deps.commands, initramfs) };
}

/** LZ4 where the program is there, which halves the file; the kernel takes the plain archive as well. */
async function pack(commands: Commands, initramfs: Uint8Array): Promise<Uint8Array> {
  const lz4 = await commands.find('lz4');
  if (lz4 === undefined) return initramfs;
  const result = await commands.run([lz4, '-l', '-9', '-c'], { input: initramfs });
  return result.code === 0 ? result.stdout : initramfs;
}

function imageOf(store: string, recipeHash: string, rebuilt: boolean): Image {
  const directory = `${store}/small`;
  return { directory, vmlinux: `${directory}/vmlinux`, initrd: `${directory}/initrd`, recipeHash, rebuilt };
}
