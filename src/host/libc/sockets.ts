import koffi from 'koffi';
import { checked, EAGAIN, library } from './library.ts';

const calls = {
  socket: library.func('int socket(int domain, int type, int protocol)'),
  bind: library.func('int bind(int fd, const void *address, unsigned int length)'),
  send: library.func('long send(int fd, const void *bytes, size_t length, int flags)'),
  recv: library.func('long recv(int fd, void *bytes, size_t length, int flags)'),
  connect: library.func('int connect(int fd, const void *address, unsigned int length)'),
  setsockopt: library.func('int setsockopt(int fd, int level, int name, const void *value, unsigned int length)'),
  getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  listen: library.func('int listen(int fd, int backlog)'),
  accept4: library.func('int accept4(int fd, void *address, void *length, int flags)'),
};

export function socket(domain: number, type: number, protocol: number): number {
  return checked('socket', calls.socket(domain, type, protocol));
}

export function bind(fd: number, address: Uint8Array): void {
  checked('bind', calls.bind(fd, address, address.length));
}

export function connect(fd: number, address: Uint8Array): void {
  checked('connect', calls.connect(fd, address, address.length));
}

export function listen(fd: number, backlog: number): void {
  checked('listen', calls.listen(fd, backlog));
}

/** A new descriptor, closed on exec, that does not block. */
export function accept(fd: number): number {
  const SOCK_CLOEXEC_NONBLOCK = 0o2004000;
  return checked('accept4', calls.accept4(fd, null, null, SOCK_CLOEXEC_NONBLOCK));
}

export function send(fd: number, bytes: Uint8Array, flags = 0): number {
  return checked('send', calls.send(fd, bytes, bytes.length, flags));
}

/** How many bytes came; undefined where MSG_DONTWAIT was given and nothing is there. */
export function receive(fd: number, into: Uint8Array, flags = 0): number | undefined {
  const length: number = calls.recv(fd, into, into.length, flags);
  if (length < 0 && koffi.errno() === EAGAIN) return undefined;
  return checked('recv', length);
}

export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array | number): void {
  const bytes = typeof value === 'number' ? Int32Array.of(value) : value;
  checked('setsockopt', calls.setsockopt(fd, level, name, bytes, bytes.byteLength));
}

/** As `setSocketOption`, in a thread of the process's pool. At most 256 such calls may be under way at once. */
export async function setSocketOptionAside(fd: number, level: number, name: number, value: Uint8Array): Promise<void> {
  const result = await new Promise<number>((resolve, reject) => {
    calls.setsockopt.async(fd, level, name, value, value.byteLength, (failure: Error | null, outcome: number) => {
      if (failure === null) resolve(outcome);
      else reject(failure);
    });
  });
  // The error's number stays in the other thread: asking again tells it.
  if (result < 0) setSocketOption(fd, level, name, value);
}

/** A socket option of `length` bytes. */
export function socketOption(fd: number, level: number, name: number, length: number): Buffer {
  const value = Buffer.alloc(length);
  checked('getsockopt', calls.getsockopt(fd, level, name, value, Int32Array.of(length)));
  return value;
}

/** struct sock_fprog (linux/filter.h) for SO_ATTACH_FILTER: `program` is an array of struct sock_filter. */
export function attachFilter(fd: number, program: Uint8Array): void {
  const [SOL_SOCKET, SO_ATTACH_FILTER, instruction] = [1, 26, 8];
  const place = koffi.alloc('uint8', program.length);
  Buffer.from(koffi.view(place, program.length)).set(program);
  const argument = Buffer.alloc(16);
  argument.writeUInt16LE(program.length / instruction, 0);
  argument.writeBigUInt64LE(BigInt(koffi.address(place)), 8);
  try {
    setSocketOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, argument);
  } finally {
    koffi.free(place);
  }
}
