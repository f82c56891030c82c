import { buildImage, type ImageDeps, type ImageOptions } from './build-image.ts';
import { bytesOf } from './byte-string.ts';
import { writeFat16 } from './fat16.ts';
import { readImageFile } from './image-store.ts';

const SECTOR = 512;
/** Where partitions start by custom: 1 MiB. */
const START = 2048;
const EFI_SYSTEM = 0xef;

/** The options of the small guest's template, without those that depend on the machine. */
const COMMAND_LINE =
  'console=hvc0 quiet weft.login no_timer_check tsc=reliable mitigations=off nokaslr cryptomgr.notests audit=0 random.trust_cpu=on noreplace-smp';

/**
 * Writes `file`, a raw disk that starts the small guest on any machine with UEFI firmware (OVMF): one EFI system partition with a boot
 * loader, the kernel and the initramfs. It asks for a login on its console (root, no password) and reads fw_cfg as the small guest does,
 * so it can stand in for the disk image of a network operating system. Rejects with a HostError.
 */
export async function buildDisk(deps: ImageDeps, options: ImageOptions & { readonly file: string }): Promise<void> {
  const { directory } = await buildImage(deps, options);
  const [bootLoader, kernel, initrd] = await Promise.all([
    readImageFile(deps.files, directory, 'bootx64'),
    readImageFile(deps.files, directory, 'vmlinuz'),
    readImageFile(deps.files, directory, 'initrd'),
  ]);
  deps.progress(`writing ${options.file}`);
  const entry = `title weft\nlinux /vmlinuz\ninitrd /initrd\noptions ${COMMAND_LINE}\n`;
  const partition = writeFat16(
    new Map([
      ['EFI/BOOT/BOOTX64.EFI', bootLoader],
      ['loader/loader.conf', bytesOf('timeout 0\neditor no\n')],
      ['loader/entries/weft.conf', bytesOf(entry)],
      ['vmlinuz', kernel],
      ['initrd', initrd],
    ]),
    START,
  );
  await deps.files.replace(options.file, diskWith(partition));
}

/** A disk with a master boot record that names one EFI system partition (UEFI specification, section 5.2). */
function diskWith(partition: Uint8Array): Uint8Array {
  const disk = new Uint8Array(START * SECTOR + partition.length);
  const view = new DataView(disk.buffer);
  view.setUint8(446 + 1, 0xfe);
  view.setUint16(446 + 2, 0xffff, true);
  view.setUint8(446 + 4, EFI_SYSTEM);
  view.setUint8(446 + 5, 0xfe);
  view.setUint16(446 + 6, 0xffff, true);
  view.setUint32(446 + 8, START, true);
  view.setUint32(446 + 12, partition.length / SECTOR, true);
  view.setUint16(510, 0xaa55, true);
  disk.set(partition, START * SECTOR);
  return disk;
}
