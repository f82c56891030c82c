import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import { unpackLz4Legacy } from './lz4-legacy.ts';

/** Programs that unpack standard input to standard output, by the first bytes of what they read. */
const UNPACKERS: readonly { readonly magic: readonly number[]; readonly program: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], program: 'xz' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], program: 'zstd' },
  { magic: [0x1f, 0x8b], program: 'gzip' },
  { magic: [0x5d, 0x00, 0x00], program: 'lzma' },
  { magic: [0x42, 0x5a, 0x68], program: 'bzip2' },
];

/**
 * Unpacks LZ4 (legacy frame), xz, zstd, gzip, lzma or bzip2, told apart by their magic numbers; anything else is returned as it is. Bytes
 * that follow the packed data are no error as long as something was unpacked.
 */
export async function decompress(commands: Commands, bytes: Uint8Array): Promise<Uint8Array> {
  const lz4 = unpackLz4Legacy(bytes);
  if (lz4 !== undefined) return lz4;
  const unpacker = UNPACKERS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
  if (unpacker === undefined) return bytes;
  const program = await commands.find(unpacker.program);
  if (program === undefined) {
    const hint = `install the package of ${unpacker.program} (Debian: ${unpacker.program === 'xz' ? 'xz-utils' : unpacker.program})`;
    throw new HostError('ENOENT', `${unpacker.program} is needed to unpack packages, and is not here`, { hint });
  }
  const result = await commands.run([program, '-dc'], { input: bytes });
  if (result.code !== 0 && result.stdout.length === 0) {
    throw new HostError('damaged', `${unpacker.program} cannot unpack: ${result.stderr.trim()}`);
  }
  return result.stdout;
}
