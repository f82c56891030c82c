import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import { textOf } from './byte-string.ts';
import { decompress } from './decompress.ts';

/**
 * The uncompressed kernel (ELF, with a PVH entry) from a bzImage, found by its setup header (Documentation/arch/x86/boot.rst:
 * setup_sects, payload_offset, payload_length). QEMU starts it faster and with less memory than the packed one. Where this machine cannot
 * unpack it, the bzImage itself is returned, which QEMU starts as well; `packed` tells.
 */
export async function extractVmlinux(commands: Commands, bzImage: Uint8Array): Promise<{ kernel: Uint8Array; packed: boolean }> {
  const view = new DataView(bzImage.buffer, bzImage.byteOffset, bzImage.byteLength);
  if (bzImage.length < 0x250 || textOf(bzImage.subarray(0x202, 0x206)) !== 'HdrS') {
    throw new HostError('damaged', 'the kernel of the package is no bzImage');
  }
  const start = ((bzImage[0x1f1] || 4) + 1) * 512 + view.getUint32(0x248, true);
  try {
    const kernel = await decompress(commands, bzImage.subarray(start, start + view.getUint32(0x24c, true)));
    if (textOf(kernel.subarray(0, 4)) === '\x7fELF') return { kernel, packed: false };
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
  }
  return { kernel: bzImage, packed: true };
}
