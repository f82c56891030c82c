import { HostError } from '../boundary/host-error.ts';
import type { PackageRecord } from './package-record.ts';
import type { PackageSource } from './package-source.ts';

/**
 * The named packages and the library packages that they need, in alphabetical order. Only dependencies named `lib...` (and zlib) are followed:
 * programs and set-up scripts that a whole system would want have no place in an initramfs.
 */
export async function packageClosure(source: PackageSource, names: readonly string[]): Promise<readonly PackageRecord[]> {
  const found = new Map<string, PackageRecord>();
  const asked = new Set<string>();
  let wanted: readonly string[] = names;
  while (wanted.length > 0) {
    for (const name of wanted) asked.add(name);
    const records = await source.records(wanted);
    for (const record of records) found.set(record.name, record);
    const libraries = records.flatMap((record) => record.depends).filter((name) => /^z?lib/.test(name));
    wanted = [...new Set(libraries)].filter((name) => !asked.has(name));
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) {
    throw new HostError('no-package', `${source.name} does not offer ${missing.join(', ')}`, {
      hint: 'weft needs the packages of Debian 12 or later for amd64',
    });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
