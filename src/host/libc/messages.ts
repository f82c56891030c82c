import koffi from 'koffi';
import { checked, EAGAIN, library } from './library.ts';

/** struct iovec and struct msghdr (recvmsg(2)), for one piece of data. */
const messageHeader = koffi.struct({
  name: 'void *',
  nameLength: 'uint32',
  parts: koffi.pointer(koffi.struct({ data: 'void *', length: 'size_t' })),
  partCount: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});

const calls = {
  sendmsg: library.func('sendmsg', 'long', ['int', koffi.pointer(messageHeader), 'int']),
  recvmsg: library.func('long recvmsg(int fd, void *message, int flags)'),
};

/** Sends bytes through a unix socket, and a copy of a descriptor with them (SCM_RIGHTS, unix(7)). How many bytes went. */
export function sendDescriptor(fd: number, bytes: Uint8Array, handed: number): number {
  const [SOL_SOCKET, SCM_RIGHTS, MSG_NOSIGNAL] = [1, 1, 0x4000];
  const control = Buffer.alloc(24);
  control.writeBigUInt64LE(20n, 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  control.writeInt32LE(handed, 16);
  const header = {
    name: null,
    nameLength: 0,
    parts: { data: bytes, length: bytes.length },
    partCount: 1,
    control,
    controlLength: control.length,
    flags: 0,
  };
  return checked('sendmsg', calls.sendmsg(fd, header, MSG_NOSIGNAL));
}

/** Where recvmsg(2) puts what it receives. */
export interface MessageBuffer {
  readonly header: unknown;
  /** struct msghdr */
  readonly words: Buffer;
  readonly data: Buffer;
  readonly control: Buffer;
}

/** struct msghdr with one struct iovec, in memory that stays where it is. */
export function messageBuffer(dataLength: number, controlLength: number): MessageBuffer {
  const [header, part] = [koffi.alloc('uint8', 56), koffi.alloc('uint8', 16)];
  const [data, control] = [koffi.alloc('uint8', dataLength), koffi.alloc('uint8', controlLength)];
  const iovec = Buffer.from(koffi.view(part, 16));
  iovec.writeBigUInt64LE(BigInt(koffi.address(data)), 0);
  iovec.writeBigUInt64LE(BigInt(dataLength), 8);
  const msghdr = Buffer.from(koffi.view(header, 56));
  msghdr.writeBigUInt64LE(BigInt(koffi.address(part)), 16);
  msghdr.writeBigUInt64LE(1n, 24);
  msghdr.writeBigUInt64LE(BigInt(koffi.address(control)), 32);
  msghdr.writeBigUInt64LE(BigInt(controlLength), 40);
  return {
    header,
    words: msghdr,
    data: Buffer.from(koffi.view(data, dataLength)),
    control: Buffer.from(koffi.view(control, controlLength)),
  };
}

/** How many bytes of data came; undefined where MSG_DONTWAIT was given and nothing is there. */
export function receiveMessage(fd: number, message: MessageBuffer, flags: number): number | undefined {
  message.words.writeBigUInt64LE(BigInt(message.control.length), 40);
  const length: number = calls.recvmsg(fd, message.header, flags);
  if (length < 0 && koffi.errno() === EAGAIN) return undefined;
  return checked('recvmsg', length);
}
