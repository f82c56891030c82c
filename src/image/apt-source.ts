import type { CommandResult, Commands } from '../boundary/commands.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { textOf } from './byte-string.ts';
import { type PackageRecord, readPackageRecords } from './package-record.ts';
import type { PackageSource } from './package-source.ts';

/**
 * Packages by the machine's apt, as any user: nothing is installed and apt's own files are not touched. apt checks signatures. Where the
 * machine's package lists are missing or too old to fetch by, fresh ones are kept below `directory`.
 */
export async function aptSource(
  deps: { readonly files: Files; readonly commands: Commands; progress(message: string): void },
  directory: string,
): Promise<PackageSource | undefined> {
  const { files, commands } = deps;
  if ((await commands.find('apt-get')) === undefined || (await commands.find('apt-cache')) === undefined) return undefined;
  const lists = `${directory}/lists`;
  const own = [`Dir::State::lists=${lists}`, 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache=', 'APT::Sandbox::User=root'];
  let options: readonly string[] = [];

  const run = (program: string, words: readonly string[], folder?: string): Promise<CommandResult> =>
    commands.run([program, '-q', ...options.flatMap((option) => ['-o', option]), ...words], {
      environment: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      ...(folder === undefined ? {} : { directory: folder }),
    });
  const refresh = async (): Promise<boolean> => {
    if (options.length > 0) return false;
    deps.progress('fetching package lists (apt)');
    options = own;
    await files.makeDirectory(`${lists}/partial`);
    const result = await run('apt-get', ['update']);
    if (result.code !== 0) throw failed('apt-get update', result);
    return true;
  };
  const show = async (names: readonly string[]): Promise<readonly PackageRecord[]> => {
    const result = await run('apt-cache', ['show', '--no-all-versions', ...names]);
    const records = [...readPackageRecords(textOf(result.stdout))];
    return records.filter(({ architecture }) => architecture === 'amd64' || architecture === 'all');
  };
  const download = (records: readonly PackageRecord[], folder: string): Promise<CommandResult> =>
    run('apt-get', ['download', ...records.map(({ name, version }) => `${name}=${version}`)], folder);

  return {
    name: 'apt',
    async records(names) {
      const records = await show(names);
      return records.length === 0 && (await refresh()) ? show(names) : records;
    },
    async fetch(records, folder) {
      const first = await download(records, folder);
      if (first.code === 0) return;
      const last = (await refresh()) ? await download(records, folder) : first;
      if (last.code !== 0) throw failed('apt-get download', last);
    },
  };
}

function failed(command: string, result: CommandResult): HostError {
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('E: '));
  const reason = lines.map((line) => line.slice(3)).join('; ') || `exit code ${result.code}`;
  return new HostError('apt', `${command} failed: ${reason}`, {
    hint: 'is the network there, and are the sources of apt right?',
  });
}
