import type { PackageManager } from './distribution.ts';

/** A program or a set of files that comes in a package of the system. */
export interface Requirement {
  readonly name: string;
  /** All of them on PATH, or... */
  readonly programs?: readonly string[];
  /** ...one of these files. */
  readonly anyFile?: readonly string[];
  /** What does not work without it. */
  readonly purpose: string;
  /** `vm`: virtual machines need it. `lab`: every lab does. `some`: single features do. */
  readonly need: 'lab' | 'vm' | 'some';
  readonly packages: Readonly<Record<PackageManager, readonly string[]>>;
}

const everywhere = (name: string): Requirement['packages'] => ({
  apt: [name],
  dnf: [name],
  pacman: [name],
  zypper: [name],
  apk: [name],
});

export const REQUIREMENTS: readonly Requirement[] = [
  {
    name: 'util-linux',
    programs: ['unshare', 'nsenter', 'setpriv'],
    purpose: 'labs live in namespaces of their own',
    need: 'lab',
    packages: { ...everywhere('util-linux'), apk: ['util-linux-misc', 'setpriv'] },
  },
  {
    name: 'iproute2',
    programs: ['ip', 'tc'],
    purpose: 'wires between nodes; ip inside namespace nodes',
    need: 'lab',
    packages: { ...everywhere('iproute2'), dnf: ['iproute', 'iproute-tc'] },
  },
  {
    name: 'QEMU',
    programs: ['qemu-system-x86_64'],
    purpose: 'virtual machines',
    need: 'vm',
    packages: {
      apt: ['qemu-system-x86'],
      dnf: ['qemu-system-x86-core'],
      pacman: ['qemu-system-x86'],
      zypper: ['qemu-x86'],
      apk: ['qemu-system-x86_64'],
    },
  },
  {
    name: 'qemu-img',
    programs: ['qemu-img'],
    purpose: 'overlay disks of nodes that boot a disk image',
    need: 'some',
    packages: { apt: ['qemu-utils'], dnf: ['qemu-img'], pacman: ['qemu-img'], zypper: ['qemu-img'], apk: ['qemu-img'] },
  },
  {
    name: 'mtools',
    programs: ['mcopy', 'mkfs.vfat'],
    purpose: 'what guests of cloud images are told at their start',
    need: 'some',
    packages: {
      apt: ['mtools', 'dosfstools'],
      dnf: ['mtools', 'dosfstools'],
      pacman: ['mtools', 'dosfstools'],
      zypper: ['mtools', 'dosfstools'],
      apk: ['mtools', 'dosfstools'],
    },
  },
  {
    name: 'OVMF',
    anyFile: [
      '/usr/share/OVMF/OVMF_CODE.fd',
      '/usr/share/OVMF/OVMF_CODE_4M.fd',
      '/usr/share/ovmf/OVMF.fd',
      '/usr/share/qemu/OVMF.fd',
      '/usr/share/edk2/x64/OVMF.4m.fd',
      '/usr/share/edk2/ovmf/OVMF_CODE.fd',
      '/usr/share/edk2/x64/OVMF_CODE.4m.fd',
      '/usr/share/edk2-ovmf/x64/OVMF_CODE.fd',
      '/usr/share/qemu/ovmf-x86_64-code.bin',
    ],
    purpose: 'firmware of nodes that boot by UEFI (infix-x86_64)',
    need: 'some',
    packages: { apt: ['ovmf'], dnf: ['edk2-ovmf'], pacman: ['edk2-ovmf'], zypper: ['qemu-ovmf-x86_64'], apk: ['ovmf'] },
  },
  {
    name: 'xz',
    programs: ['xz'],
    purpose: 'the small guest is built from packages that are packed with it',
    need: 'some',
    packages: { ...everywhere('xz'), apt: ['xz-utils'] },
  },
  {
    name: 'lz4',
    programs: ['lz4'],
    purpose: 'the small guest boots faster with a packed image',
    need: 'some',
    packages: everywhere('lz4'),
  },
  {
    name: 'nftables',
    programs: ['nft'],
    purpose: 'routed uplinks and firewalls of namespace nodes',
    need: 'some',
    packages: everywhere('nftables'),
  },
  {
    name: 'tcpdump',
    programs: ['tcpdump'],
    purpose: 'filters of weft capture',
    need: 'some',
    packages: everywhere('tcpdump'),
  },
  {
    name: 'slirp4netns',
    programs: ['slirp4netns'],
    purpose: 'the way out of labs: nodes of the kind internet',
    need: 'some',
    packages: everywhere('slirp4netns'),
  },
];
