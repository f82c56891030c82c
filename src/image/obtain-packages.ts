import type { Commands } from '../boundary/commands.ts';
import type { Sha256 } from '../boundary/digest.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { type PackageRecord, packageFileName } from './package-record.ts';
import type { PackageSource } from './package-source.ts';

/**
 * The packages' bytes by name, each with the SHA-256 that its record asks for. Those in `directory` already are not fetched again; what
 * is no longer wanted there is removed.
 */
export async function obtainPackages(
  deps: { readonly files: Files; readonly commands: Commands; readonly sha256: Sha256; progress(message: string): void },
  source: PackageSource,
  records: readonly PackageRecord[],
  directory: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { files } = deps;
  await files.makeDirectory(directory);
  const found = new Map<string, Uint8Array>();
  for (const record of records) {
    const bytes = await readWhole(deps, `${directory}/${packageFileName(record)}`, record);
    if (bytes !== undefined) found.set(record.name, bytes);
  }
  const missing = records.filter(({ name }) => !found.has(name));
  if (missing.length > 0) {
    deps.progress(`fetching ${missing.length} packages (${source.name})`);
    const folder = await temporaryFolder(deps.commands, directory);
    try {
      await source.fetch(missing, folder);
      for (const record of missing) {
        const bytes = await readWhole(deps, `${folder}/${packageFileName(record)}`, record);
        if (bytes === undefined) throw damaged(source, record);
        await files.replace(`${directory}/${packageFileName(record)}`, bytes);
        found.set(record.name, bytes);
      }
    } finally {
      await files.remove(folder);
    }
  }
  const wanted = new Set(records.map(packageFileName));
  for (const name of await files.list(directory)) {
    if (name.endsWith('.deb') && !wanted.has(name)) await files.remove(`${directory}/${name}`);
  }
  return found;
}

async function readWhole(
  deps: { readonly files: Files; readonly sha256: Sha256 },
  path: string,
  record: PackageRecord,
): Promise<Uint8Array | undefined> {
  if (!(await deps.files.exists(path))) return undefined;
  const bytes = await deps.files.readBytes(path);
  return deps.sha256(bytes) === record.sha256 ? bytes : undefined;
}

async function temporaryFolder(commands: Commands, directory: string): Promise<string> {
  const result = await commands.run(['mktemp', '-d', `${directory}/new.XXXXXX`]);
  if (result.code !== 0) throw new HostError('exit', `cannot make a folder in ${directory}: ${result.stderr.trim()}`);
  return String.fromCharCode(...result.stdout).trim();
}

function damaged(source: PackageSource, record: PackageRecord): HostError {
  return new HostError(
    'damaged',
    `${record.name} ${record.version} from ${source.name} does not have the SHA-256 that the index promises`,
  );
}
