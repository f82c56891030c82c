import * as descriptors from '../libc/descriptors.ts';
import * as ioctls from '../libc/ioctls.ts';
import * as sockets from '../libc/sockets.ts';
import { SyscallError } from '../libc/syscall-error.ts';

/** linux/sockios.h, linux/ethtool.h, sys/socket.h */
const SIOCETHTOOL = 0x8946;
const ETHTOOL_SRXCSUM = 0x15;
const ETHTOOL_STXCSUM = 0x17;
const ETHTOOL_STSO = 0x1f;
const ETHTOOL_SGSO = 0x24;
const ETHTOOL_GFLAGS = 0x25;
const ETHTOOL_SFLAGS = 0x26;
const ETHTOOL_SGRO = 0x2c;
const ETH_FLAG_TXVLAN = 1 << 7;
const ETH_FLAG_RXVLAN = 1 << 8;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/** Checksum, segmentation and VLAN offloads off, for an interface of this thread's network namespace; what it cannot switch stays. */
export function offloadsOff(name: string): void {
  const fd = sockets.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  try {
    for (const command of [ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO]) {
      ethtool(fd, name, command, 0);
    }
    ethtool(fd, name, ETHTOOL_SFLAGS, ethtool(fd, name, ETHTOOL_GFLAGS, 0) & ~(ETH_FLAG_TXVLAN | ETH_FLAG_RXVLAN));
  } finally {
    descriptors.close(fd);
  }
}

/** One ethtool command with a number (struct ethtool_value); gives the number back. */
function ethtool(fd: number, name: string, command: number, value: number): number {
  const argument = new Uint32Array([command, value]);
  try {
    ioctls.interfaceIoctl(fd, SIOCETHTOOL, name, argument);
  } catch (thrown) {
    if (!(thrown instanceof SyscallError) || thrown.code !== 'EOPNOTSUPP') throw thrown;
  }
  return argument[1] ?? 0;
}
