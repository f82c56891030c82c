/** Counts changes of the builder itself that change the image it makes. */
const BUILDER = 1;

/** The package whose first dependency is the current kernel's package. */
export const KERNEL_PACKAGE = 'linux-image-cloud-amd64';

/** User space. Libraries are found by following their dependencies. */
export const PACKAGES: readonly string[] = [
  'bash',
  'busybox-static',
  'conntrack',
  'dash',
  'ethtool',
  'iperf3',
  'iproute2',
  'iputils-ping',
  'ncurses-base',
  'nftables',
  'qemu-guest-agent',
  'systemd-boot-efi',
  'tcpdump',
];

/** The boot loader for disks, which is kept beside the kernel and not in the initramfs. */
export const BOOT_LOADER = 'usr/lib/systemd/boot/efi/systemd-bootx64.efi';

/** Programs and data taken from the packages; a `*` stands for anything. The libraries that programs need come along. */
export const PACKAGE_FILES: readonly string[] = [
  'usr/bin/bash',
  'usr/bin/busybox',
  'usr/bin/dash',
  'usr/sbin/ethtool',
  'usr/bin/ip',
  'usr/sbin/bridge',
  'usr/sbin/tc',
  'usr/lib/x86_64-linux-gnu/tc/*.dist',
  'usr/bin/ping',
  'usr/sbin/nft',
  'usr/sbin/conntrack',
  'usr/sbin/qemu-ga',
  'usr/*/terminfo/l/linux',
  'usr/*/terminfo/v/vt100',
  'usr/*/terminfo/v/vt220',
  'usr/*/terminfo/x/xterm',
  'usr/*/terminfo/x/xterm-256color',
];

/**
 * Programs that few guests use and that bring large libraries along (libcrypto, libsystemd): kept packed until they are called, because
 * files of an initramfs take memory whether they are used or not.
 */
const PACKED_PROGRAMS: readonly string[] = ['usr/bin/iperf3', 'usr/bin/tcpdump'];

/** The packed programs, and the library that libc opens by itself when a thread is cancelled. */
export const PACKED_FILES: readonly string[] = [...PACKED_PROGRAMS, 'usr/lib/x86_64-linux-gnu/libgcc_s.so.1'];

/** The modules that init loads, in this order. */
export const BOOT_MODULES: readonly string[] = ['virtio_pci', 'qemu_fw_cfg', 'virtio_console', 'virtio_net', 'virtio_rng'];

/**
 * Kernel modules; those that they need come along. The kernel asks for them when they are first used.
 */
export const MODULES: readonly string[] = [
  ...BOOT_MODULES,
  // Devices of QEMU.
  'virtio_blk',
  'button',
  'evdev',
  // Kinds of interfaces.
  'bonding',
  'bridge',
  'br_netfilter',
  '8021q',
  'dummy',
  'ifb',
  'ip_gre',
  'ip6_gre',
  'ipip',
  'sit',
  'macvlan',
  'tun',
  'veth',
  'vrf',
  'vxlan',
  'wireguard',
  // Filtering and translation.
  'nf_tables',
  'nft_*',
  'nf_nat_ftp',
  'nf_conntrack_ftp',
  'nf_conntrack_netlink',
  'nf_log_syslog',
  'crc32c_generic',
  // Traffic control.
  'sch_fq',
  'sch_htb',
  'sch_ingress',
  'sch_netem',
  'sch_prio',
  'sch_red',
  'sch_sfq',
  'sch_tbf',
  'cls_basic',
  'cls_flower',
  'cls_fw',
  'cls_matchall',
  'cls_u32',
  'act_gact',
  'act_mirred',
  'act_police',
  'act_vlan',
];

/** Commands of busybox, linked where no package brings the real program. */
const APPLETS = `[ acpid arp arping ascii awk base64 basename brctl cal cat chgrp chmod chown chroot clear cmp cp cpio cut date dd df diff
dirname dmesg du echo egrep env expr false fgrep find fold free ftpget ftpput getopt getty grep groups gunzip gzip halt head hexdump hostid
hostname httpd hwclock id ifconfig init insmod install ipcalc kill killall killall5 last less link ln logger logname logread losetup ls
lsmod lspci md5sum mdev mesg microcom mkdir mkfifo mknod mktemp modinfo modprobe more mount mountpoint mv nameif nc netstat nice nl nohup
nproc nsenter nslookup od paste pgrep pidof pkill pmap poweroff printenv printf ps pwd readlink realpath reboot renice reset rev rm rmdir rmmod
route run-parts sed seq setsid sha1sum sha256sum shuf sleep sort split stat strings stty sync sysctl syslogd tac tail tar taskset tee telnet
telnetd test tftp time timeout top touch tr traceroute traceroute6 true truncate tty udhcpc udhcpd uevent umount uname uniq unlink unshare uptime
usleep vi watch wc wget which who whoami xargs xxd yes zcat`;

/** Files of the repository's guest/ folder, and where they go. */
export const GUEST_FILES: readonly { readonly file: string; readonly path: string; readonly mode: number }[] = [
  { file: 'init', path: 'init', mode: 0o755 },
  { file: 'login-prompt', path: 'usr/sbin/login-prompt', mode: 0o755 },
  { file: 'poweroff', path: 'usr/sbin/poweroff', mode: 0o755 },
  ...PACKED_PROGRAMS.map((path) => ({ file: 'packed-tool', path, mode: 0o755 })),
  { file: 'power-button', path: 'usr/sbin/power-button', mode: 0o755 },
  { file: 'power-pressed', path: 'etc/acpi/PWRF/00000080', mode: 0o755 },
  { file: 'profile', path: 'etc/profile', mode: 0o644 },
  { file: 'qubesdb-read', path: 'usr/bin/qubesdb-read', mode: 0o755 },
  { file: 'qubesdb-read', path: 'usr/bin/qubesdb-list', mode: 0o755 },
];

export function applets(): readonly string[] {
  return APPLETS.split(/\s+/);
}

/** The part of the recipe that is known without asking anybody: equal text, equal image from equal packages. */
export function localRecipe(guest: ReadonlyMap<string, string>): string {
  return JSON.stringify({
    BUILDER,
    KERNEL_PACKAGE,
    PACKAGES,
    PACKAGE_FILES,
    BOOT_LOADER,
    PACKED_FILES,
    BOOT_MODULES,
    MODULES,
    APPLETS,
    GUEST_FILES: GUEST_FILES.map((file) => ({ ...file, text: guest.get(file.file) })),
  });
}
