import type { Commands } from '../boundary/commands.ts';
import type { Sha256 } from '../boundary/digest.ts';
import type { Download } from '../boundary/download.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { textOf } from './byte-string.ts';
import { decompress } from './decompress.ts';
import { type PackageRecord, readPackageRecords } from './package-record.ts';
import { readReleaseFile } from './release-file.ts';
import { verifiedText } from './verified-text.ts';

export interface SuiteDeps {
  readonly files: Files;
  readonly commands: Commands;
  readonly download: Download;
  readonly sha256: Sha256;
  progress(message: string): void;
}

const INDEXES = ['.xz', '.gz', ''].map((ending) => `main/binary-amd64/Packages${ending}`);

/**
 * The packages of one suite of a mirror. The chain is checked link by link: the signature of InRelease where this machine can, the suite
 * that it names, then the index's SHA-256. Each record promises the SHA-256 of its package.
 */
export async function suiteIndex(deps: SuiteDeps, mirror: string, suite: string): Promise<readonly PackageRecord[]> {
  const folder = `${mirror}/dists/${suite}`;
  const release = readReleaseFile(
    await verifiedText(deps, await deps.download.get(`${folder}/InRelease`), `${folder}/InRelease`),
  );
  if (release.codename !== suite)
    throw new HostError('damaged', `${folder}/InRelease is of ${release.codename || 'no suite'}, not of ${suite}`);
  for (const path of INDEXES) {
    const promised = release.sha256.get(path);
    const packed = promised === undefined ? undefined : await unlessMissing(deps.download.get(`${folder}/${path}`));
    if (packed === undefined) continue;
    if (deps.sha256(packed) !== promised) {
      throw new HostError('damaged', `${folder}/${path} does not have the SHA-256 that InRelease promises`, {
        hint: 'the mirror may be in the middle of an update: try again in some minutes',
      });
    }
    return [...readPackageRecords(textOf(await decompress(deps.commands, packed)))];
  }
  throw new HostError('damaged', `${folder} has no package index for amd64`);
}

async function unlessMissing(wanted: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await wanted;
  } catch (failure) {
    if (failure instanceof HostError && failure.code === 'http-404') return undefined;
    throw failure;
  }
}
