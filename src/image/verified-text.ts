import type { Commands } from '../boundary/commands.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { textOf } from './byte-string.ts';

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/**
 * The text of a clear-text signed file. Where gpgv and Debian's keyring are on this machine, a signature that does not hold is a
 * HostError, and only what it covers is returned; elsewhere the text is taken as it is, and `progress` says so.
 */
export async function verifiedText(
  deps: { readonly files: Files; readonly commands: Commands; progress(message: string): void },
  signed: Uint8Array,
  name: string,
): Promise<string> {
  const gpgv = await deps.commands.find('gpgv');
  const keyring = await firstThere(deps.files, KEYRINGS);
  if (gpgv === undefined || keyring === undefined) {
    const lacking = gpgv === undefined ? 'gpgv' : "Debian's keyring (debian-archive-keyring)";
    deps.progress(`the signature of ${name} is not checked: ${lacking} is not on this machine`);
    return textOf(signed);
  }
  const result = await deps.commands.run([gpgv, '--keyring', keyring, '--output', '-', '-'], { input: signed });
  if (result.code !== 0) {
    const reason = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new HostError('signature', `${name} is not signed by Debian: ${reason}`, {
      hint: 'the mirror or the way to it cannot be trusted; or the keyring is too old for this release',
    });
  }
  return textOf(result.stdout);
}

async function firstThere(files: Files, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await files.exists(path)) return path;
  return undefined;
}
