import { HostError } from '../boundary/host-error.ts';
import { aptSource } from './apt-source.ts';
import { mirrorSource } from './mirror-source.ts';
import type { PackageSource } from './package-source.ts';
import { KERNEL_PACKAGE } from './recipe.ts';
import type { SuiteDeps } from './suite-index.ts';

/** The mirror that was asked for; else apt, where it offers Debian's kernel (Ubuntu's does not). Refuses where there is neither. */
export async function choosePackageSource(
  deps: SuiteDeps,
  options: { readonly cacheDirectory: string; readonly mirror?: string },
): Promise<PackageSource> {
  if (options.mirror !== undefined) return mirrorSource(deps, options.mirror);
  const apt = await aptSource(deps, `${options.cacheDirectory}/apt`);
  if (apt !== undefined && (await apt.records([KERNEL_PACKAGE])).length > 0) return apt;
  throw new HostError('no-packages', 'the small guest is made of Debian packages, and there is no apt here that has them', {
    hint: "set WEFT_DEBIAN_MIRROR to the address of a Debian mirror, the folder that holds dists/ and pool/ (Debian's web site lists them)",
  });
}
