import * as descriptors from '../libc/descriptors.ts';
import * as messages from '../libc/messages.ts';
import * as sockets from '../libc/sockets.ts';

/** sys/socket.h, linux/if_packet.h, linux/if_ether.h */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 0x0300;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_PACKET = 263;
const PACKET_AUXDATA = 8;
const PACKET_IGNORE_OUTGOING = 23;
const MSG_DONTWAIT = 0x40;
/** struct tpacket_auxdata, after its cmsghdr of 16 bytes: tp_status, tp_vlan_tci, tp_vlan_tpid */
const STATUS = 16;
const VLAN_TCI = 16 + 16;
const VLAN_TPID = 16 + 18;
const TP_STATUS_VLAN_VALID = 1 << 4;

const bufferSize = 4 * 1024 * 1024;

/**
 * A raw socket at an interface of this thread's network namespace: it sends whole frames there and receives those that enter, and with
 * `leaving` also those that others send. The caller closes the descriptor.
 */
export function openPacketSocket(index: number, leaving = false): number {
  const fd = sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  try {
    enlargeBuffers(fd);
    sockets.setSocketOption(fd, SOL_PACKET, PACKET_AUXDATA, 1);
    if (!leaving) sockets.setSocketOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16LE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    sockets.bind(fd, address);
    return fd;
  } catch (thrown) {
    descriptors.close(fd);
    throw thrown;
  }
}

/** Room for bursts: beyond the machine's limit where root allows it, else up to the limit. */
export function enlargeBuffers(fd: number): void {
  for (const [force, plain] of [
    [SO_SNDBUFFORCE, SO_SNDBUF],
    [SO_RCVBUFFORCE, SO_RCVBUF],
  ] as const) {
    try {
      sockets.setSocketOption(fd, SOL_SOCKET, force, bufferSize);
    } catch {
      sockets.setSocketOption(fd, SOL_SOCKET, plain, bufferSize);
    }
  }
}

/**
 * Receives frames as they were on the wire: the kernel takes the outer VLAN tag out of a frame that enters and tells it beside the frame
 * (PACKET_AUXDATA); here it is put back. A frame is valid until the next call. undefined when none waits.
 */
export function frameReceiver(): (fd: number) => Buffer | undefined {
  const room = 4;
  const message = messages.messageBuffer(65_536, 64);
  const tagged = Buffer.alloc(room + message.data.length);
  return (fd) => {
    const length = messages.receiveMessage(fd, message, MSG_DONTWAIT);
    if (length === undefined) return undefined;
    const { data, control } = message;
    if ((control.readUInt32LE(STATUS) & TP_STATUS_VLAN_VALID) === 0) return data.subarray(0, length);
    data.copy(tagged, 0, 0, 12);
    tagged.writeUInt16BE(control.readUInt16LE(VLAN_TPID), 12);
    tagged.writeUInt16BE(control.readUInt16LE(VLAN_TCI), 14);
    data.copy(tagged, 12 + room, 12, length);
    return tagged.subarray(0, length + room);
  };
}
