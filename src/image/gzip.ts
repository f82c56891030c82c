import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';

/** Packs by this machine's gzip; without a name or a date, so equal bytes stay equal. */
export async function gzip(commands: Commands, bytes: Uint8Array): Promise<Uint8Array> {
  const result = await commands.run(['gzip', '-9nc'], { input: bytes });
  if (result.code !== 0) throw new HostError('exit', `gzip failed: ${result.stderr.trim()}`);
  return result.stdout;
}
