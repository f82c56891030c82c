import type { SmallGuest } from '../cli/small-guest.ts';
import { systemCommands } from '../host/commands.ts';
import { httpDownload } from '../host/download.ts';
import { systemFiles } from '../host/files.ts';
import { sha256 } from '../host/sha256.ts';
import { buildImage } from '../image/build-image.ts';
import { textOf } from '../image/byte-string.ts';
import { currentImage } from '../image/image-store.ts';
import { GUEST_FILES, localRecipe } from '../image/recipe.ts';
import { cacheFolder, installation } from './places.ts';

/** The small guest in this user's cache. */
export function smallGuest(environment: Readonly<Record<string, string | undefined>>): SmallGuest {
  const cacheDirectory = `${cacheFolder(environment)}/weft`;
  const guestDirectory = `${installation}/guest`;
  const asked = environment['WEFT_DEBIAN_MIRROR'];
  const mirror = asked ? { mirror: asked } : {};
  const deps = (progress: (step: string) => void) => ({
    files: systemFiles,
    commands: systemCommands,
    download: httpDownload,
    sha256,
    progress,
  });
  return {
    folder: `${cacheDirectory}/images/small`,
    async isBuilt() {
      const guest = await Promise.all(
        GUEST_FILES.map(async ({ file }) => [file, textOf(await systemFiles.readBytes(`${guestDirectory}/${file}`))] as const),
      );
      return (await currentImage(systemFiles, `${cacheDirectory}/images`, localRecipe(new Map(guest)))) !== undefined;
    },
    async build({ force, report }) {
      await buildImage(deps(report), { cacheDirectory, guestDirectory, force, refresh: force, ...mirror });
    },
    async writeDisk(path, report) {
      const { buildDisk } = await import('../image/build-disk.ts');
      await buildDisk(deps(report), { cacheDirectory, guestDirectory, file: path, ...mirror });
    },
  };
}
