import { SyscallError } from '../libc/syscall-error.ts';

/** sys/socket.h, asm-generic/errno.h */
const AF_UNIX = 1;
const ENAMETOOLONG = 36;
const longest = 107;

/** struct sockaddr_un (unix(7)). */
export function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(path);
  if (bytes.length > longest) throw new SyscallError(ENAMETOOLONG, 'bind', `${path} is too long for a socket`);
  const address = Buffer.alloc(2 + longest + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  address.set(bytes, 2);
  return address;
}
