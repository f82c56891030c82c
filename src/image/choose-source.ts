import { HostError } from '../boundary/host-error.ts';
import { aptSource } from './apt-source.ts';
import { mirrorSource } from './mirror-source.ts';
import type { PackageSource } from './package-source.ts';
import { KERNEL_PACKAGE } from './recipe.ts';
import type { SuiteDeps } from './suite-index.ts';

const MIRROR = 'https://deb.debian.org/debian';

/** The mirror that was asked for; else apt where it offers Debian's kernel (Ubuntu's does not); else Debian's own mirror over HTTPS. */
export async function choosePackageSource(
  deps: SuiteDeps,
  options: { readonly cacheDirectory: string; readonly mirror?: string },
): Promise<PackageSource> {
  if (options.mirror !== undefined) return mirrorSource(deps, options.mirror);
  const apt = await aptSource(deps, `${options.cacheDirectory}/apt`);
  try {
    if (apt !== undefined && (await apt.records([KERNEL_PACKAGE])).length > 0) return apt;
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
    deps.progress(`${failure.message}; trying ${MIRROR}`);
  }
  return mirrorSource(deps, MIRROR);
}
