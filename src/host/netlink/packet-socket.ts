import * as libc from './libc.ts';

/** sys/socket.h, linux/if_packet.h, linux/if_ether.h */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 0x0300;
const SOL_SOCKET = 1;
const SO_MARK = 36;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;

const buffer = 4 * 1024 * 1024;

/** Frames sent by the sockets made here carry this mark as far as the namespace they are sent in. */
export const PACKET_MARK = 0x77656674;

/**
 * A raw socket that a process may use as its network device: it receives the frames that leave at the interface, with their VLAN tags
 * in place, and sends frames, marked, out of the same interface. (The kernel takes the outer VLAN tag out of frames that enter, before
 * any packet socket sees them; so frames for the process are made to leave here.) The caller closes the descriptor.
 */
export function openPacketSocket(index: number): number {
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  try {
    libc.setSocketOption(fd, SOL_SOCKET, SO_MARK, PACKET_MARK);
    enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16LE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    libc.bind(fd, address);
    return fd;
  } catch (thrown) {
    libc.close(fd);
    throw thrown;
  }
}

/** Beyond the machine's limit where root allows it, else up to the limit. */
function enlarge(fd: number, force: number, plain: number): void {
  try {
    libc.setSocketOption(fd, SOL_SOCKET, force, buffer);
  } catch {
    libc.setSocketOption(fd, SOL_SOCKET, plain, buffer);
  }
}
