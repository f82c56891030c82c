import koffi from 'koffi';
import { SyscallError } from './syscall-error.ts';

/**
 * The system calls that Node does not offer, called in this thread through the C library. Each throws a SyscallError with the errno's
 * name; those that say so in their names return the error's number instead.
 */
const library = koffi.load(null);

/** struct ifreq (linux/if.h), as far as requests that point to more data use it. */
const interfaceRequest = koffi.struct({
  name: koffi.array('char', 16, 'String'),
  data: 'void *',
  rest: koffi.array('uint8', 16),
});

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
  setns: library.func('int setns(int fd, int type)'),
  unshare: library.func('int unshare(int flags)'),
  mount: library.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
  ),
  umount2: library.func('int umount2(const char *target, int flags)'),
  socket: library.func('int socket(int domain, int type, int protocol)'),
  bind: library.func('int bind(int fd, const void *address, unsigned int length)'),
  send: library.func('long send(int fd, const void *bytes, size_t length, int flags)'),
  recv: library.func('long recv(int fd, void *bytes, size_t length, int flags)'),
  connect: library.func('int connect(int fd, const void *address, unsigned int length)'),
  sendmsg: library.func('sendmsg', 'long', ['int', koffi.pointer(messageHeader), 'int']),
  recvmsg: library.func('long recvmsg(int fd, void *message, int flags)'),
  setsockopt: library.func('int setsockopt(int fd, int level, int name, const void *value, unsigned int length)'),
  getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  listen: library.func('int listen(int fd, int backlog)'),
  accept4: library.func('int accept4(int fd, void *address, void *length, int flags)'),
  mmap: library.func('void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)'),
  munmap: library.func('int munmap(void *address, size_t length)'),
  ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
  interfaceIoctl: library.func('ioctl', 'int', ['int', 'unsigned long', koffi.pointer(interfaceRequest)]),
  fcntl: library.func('int fcntl(int fd, int command, long argument)'),
  close: library.func('int close(int fd)'),
  poll: library.func('int poll(void *descriptors, unsigned long count, int timeout)'),
  kill: library.func('int kill(int pid, int signal)'),
  eventfd: library.func('int eventfd(unsigned int initial, int flags)'),
  memfdCreate: library.func('int memfd_create(const char *name, unsigned int flags)'),
  waitpid: library.func('int waitpid(int pid, void *status, int options)'),
  sethostname: library.func('int sethostname(const char *name, size_t length)'),
  pidfdOpen: library.func('long syscall(long number, int pid, unsigned int flags)'),
  closeRange: library.func('long syscall(long number, unsigned int first, unsigned int last, unsigned int flags)'),
};

function checked(name: string, result: number): number {
  if (result >= 0) return result;
  throw new SyscallError(koffi.errno(), name);
}

/** linux/sched.h */
export const CLONE_NEWNET = 0x40000000;
export const CLONE_NEWUTS = 0x04000000;
/** asm-generic/errno-base.h */
const EAGAIN = 11;
/** sys/mount.h */
export const MS_BIND = 4096;
const MNT_DETACH = 2;
/** asm-generic/unistd.h, the same on every architecture */
const SYS_PIDFD_OPEN = 434;
const SYS_CLOSE_RANGE = 436;

export function setns(fd: number, type: number): void {
  checked('setns', calls.setns(fd, type));
}

/** Moves this thread alone into new namespaces. */
export function unshare(flags: number): void {
  checked('unshare', calls.unshare(flags));
}

export function mount(source: string, target: string, flags: number): void {
  checked('mount', calls.mount(source, target, null, flags, null));
}

/** Gone from the tree at once, even where it is in use. */
export function unmount(target: string): void {
  checked('umount2', calls.umount2(target, MNT_DETACH));
}

export function socket(domain: number, type: number, protocol: number): number {
  return checked('socket', calls.socket(domain, type, protocol));
}

export function bind(fd: number, address: Uint8Array): void {
  checked('bind', calls.bind(fd, address, address.length));
}

export function connect(fd: number, address: Uint8Array): void {
  checked('connect', calls.connect(fd, address, address.length));
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

/** This process gets SIGIO whenever there is something new to read at the descriptor, which does not block from now on (fcntl(2), F_SETOWN). */
export function signalWhenReadable(fd: number): void {
  const [F_SETFL, F_SETOWN] = [4, 8];
  const [O_NONBLOCK, O_ASYNC] = [0o4000, 0o20000];
  checked('fcntl', calls.fcntl(fd, F_SETOWN, process.pid));
  checked('fcntl', calls.fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
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

export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array | number): void {
  const bytes = typeof value === 'number' ? Int32Array.of(value) : value;
  checked('setsockopt', calls.setsockopt(fd, level, name, bytes, bytes.byteLength));
}

/** A socket option of `length` bytes. */
export function socketOption(fd: number, level: number, name: number, length: number): Buffer {
  const value = Buffer.alloc(length);
  checked('getsockopt', calls.getsockopt(fd, level, name, value, Int32Array.of(length)));
  return value;
}

export function listen(fd: number, backlog: number): void {
  checked('listen', calls.listen(fd, backlog));
}

/** A new descriptor, closed on exec, that does not block. */
export function accept(fd: number): number {
  const SOCK_CLOEXEC_NONBLOCK = 0o2004000;
  return checked('accept4', calls.accept4(fd, null, null, SOCK_CLOEXEC_NONBLOCK));
}

/** Memory that this process and the kernel share. */
export interface SharedMemory {
  readonly bytes: ArrayBuffer;
  /** Nothing may look at `bytes` afterwards. */
  release(): void;
}

/** Maps the first `length` bytes of a descriptor, to be read and written. */
export function mapShared(fd: number, length: number): SharedMemory {
  const [PROT_READ_WRITE, MAP_SHARED] = [3, 1];
  const address: bigint = calls.mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (BigInt.asIntN(64, address) === -1n) throw new SyscallError(koffi.errno(), 'mmap');
  return {
    bytes: koffi.view(address, length),
    release: () => {
      checked('munmap', calls.munmap(address, length));
    },
  };
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

/** `argument` is read and written by the kernel. */
export function ioctl(fd: number, request: number, argument: Uint8Array): void {
  checked('ioctl', calls.ioctl(fd, request, argument));
}

/** For the requests whose argument is a number, not a place in memory. */
export function ioctlNumber(fd: number, request: number, argument: number): void {
  checked('ioctl', calls.ioctl(fd, request, argument === 0 ? null : koffi.as(BigInt(argument), 'void *')));
}

/** For the requests about an interface of this thread's network namespace; `data` is read and written by the kernel. */
export function interfaceIoctl(fd: number, request: number, name: string, data: Uint32Array): void {
  checked('ioctl', calls.interfaceIoctl(fd, request, { name, data, rest: Array(16).fill(0) }));
}

/** A copy of a descriptor with a number of at least `from`, closed on exec. */
export function duplicate(fd: number, from: number): number {
  const F_DUPFD_CLOEXEC = 1030;
  return checked('fcntl', calls.fcntl(fd, F_DUPFD_CLOEXEC, from));
}

export function close(fd: number): void {
  calls.close(fd);
}

/**
 * Starts the process's pool of threads, all of them. They stay for ever in the network namespace of the thread that first asks for one, and
 * keep it alive: so that has to be the panel.
 */
export function startPool(): Promise<void> {
  return closeAside(-1);
}

/** The same in a thread of the process's pool: closing a packet socket waits for a grace period of the kernel, as does its ring. */
export function closeAside(fd: number): Promise<void> {
  return new Promise((resolve) => calls.close.async(fd, () => resolve()));
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

/** asm-generic/errno-base.h */
const EINTR = 4;

/**
 * poll(2), up to `milliseconds`, and anew after each signal: news of interfaces come with SIGIO, and poll is never restarted by itself
 * (signal(7)). `descriptors` is an array of struct pollfd. How many have something to say.
 */
export function poll(descriptors: Uint8Array, count: number, milliseconds: number): number {
  for (;;) {
    const ready = calls.poll(descriptors, count, milliseconds);
    if (ready >= 0) return ready;
    const errno = koffi.errno();
    if (errno !== EINTR) throw new SyscallError(errno, 'poll');
  }
}

/** False when there is no such process. */
export function kill(pid: number, signal: number): boolean {
  if (calls.kill(pid, signal) === 0) return true;
  const failure = new SyscallError(koffi.errno(), 'kill');
  if (failure.code === 'ESRCH') return false;
  throw failure;
}

/** This child if it has ended, else the next of all that has: its number and wait status; undefined when none has. */
export function reap(child = -1): { readonly pid: number; readonly status: number } | undefined {
  const WNOHANG = 1;
  const status = Buffer.alloc(4);
  const pid: number = calls.waitpid(child, status, WNOHANG);
  return pid > 0 ? { pid, status: status.readInt32LE(0) } : undefined;
}

/** Waits until this child has ended; its wait status. */
export function waitFor(child: number): number {
  const status = Buffer.alloc(4);
  while (calls.waitpid(child, status, 0) < 0) {
    if (koffi.errno() !== EINTR) throw new SyscallError(koffi.errno(), 'waitpid');
  }
  return status.readInt32LE(0);
}

/** A counter that wakes whoever polls it: readable once 8 bytes that are a number were written, until they are read. Closed on exec, does not block. */
export function eventDescriptor(): number {
  const [EFD_CLOEXEC, EFD_NONBLOCK] = [0o2000000, 0o4000];
  return checked('eventfd', calls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/** A file that is in memory alone, closed on exec; its name is for /proc. */
export function memoryFile(name: string): number {
  const MFD_CLOEXEC = 1;
  return checked('memfd_create', calls.memfdCreate(name, MFD_CLOEXEC));
}

export function setHostName(name: string): void {
  checked('sethostname', calls.sethostname(name, Buffer.byteLength(name)));
}

/** A descriptor that becomes readable when the process ends. */
export function pidfdOpen(pid: number): number {
  return checked('pidfd_open', Number(calls.pidfdOpen(SYS_PIDFD_OPEN, pid, 0)));
}

/** What this process was given beyond its standard descriptors is not passed on to its children. Kernels before 5.11 cannot: then nothing changes. */
export function passNothingOn(): void {
  const CLOSE_RANGE_CLOEXEC = 4;
  calls.closeRange(SYS_CLOSE_RANGE, 3, 0xffffffff, CLOSE_RANGE_CLOEXEC);
}
