import { HostError } from '../boundary/host-error.ts';
import { compareDebianVersions } from './debian-version.ts';
import { type PackageRecord, packageFileName } from './package-record.ts';
import type { PackageSource } from './package-source.ts';
import { type SuiteDeps, suiteIndex } from './suite-index.ts';

const RELEASE = 'bookworm';

interface Offered {
  readonly mirror: string;
  readonly record: PackageRecord;
}

/**
 * Packages of a Debian mirror over HTTP, its security updates included where the mirror has them beside it (`debian-security` for
 * `debian`). `mirror` is the folder that holds dists/ and pool/.
 */
export function mirrorSource(deps: SuiteDeps, mirror: string): PackageSource {
  const base = mirror.replace(/\/+$/, '');
  let index: Promise<ReadonlyMap<string, Offered>> | undefined;
  const load = (): Promise<ReadonlyMap<string, Offered>> => {
    index ??= readIndex(deps, base);
    return index;
  };
  return {
    name: base,
    async records(names) {
      const all = await load();
      return names.flatMap((name) => all.get(name)?.record ?? []);
    },
    async fetch(records, directory) {
      const all = await load();
      for (const record of records) {
        const offered = all.get(record.name);
        if (offered === undefined) throw new Error(`${record.name} is not of this mirror`);
        const bytes = await deps.download.get(`${offered.mirror}/${record.path}`);
        await deps.files.replace(`${directory}/${packageFileName(record)}`, bytes);
      }
    },
  };
}

async function readIndex(deps: SuiteDeps, base: string): Promise<ReadonlyMap<string, Offered>> {
  deps.progress(`fetching package lists (${base})`);
  const newest = new Map<string, Offered>();
  const add = (mirror: string, records: readonly PackageRecord[]): void => {
    for (const record of records) {
      const before = newest.get(record.name);
      if (before === undefined || compareDebianVersions(before.record.version, record.version) < 0) {
        newest.set(record.name, { mirror, record });
      }
    }
  };
  add(base, await suiteIndex(deps, base, RELEASE));
  const security = base.replace(/\/debian$/, '/debian-security');
  for (const [mirror, suite] of [
    [base, `${RELEASE}-updates`],
    [security, `${RELEASE}-security`],
  ] as const) {
    try {
      add(mirror, await suiteIndex(deps, mirror, suite));
    } catch (failure) {
      if (!(failure instanceof HostError) || failure.code !== 'http-404') throw failure;
      deps.progress(`${mirror} has no ${suite}: going on without its updates`);
    }
  }
  return newest;
}
