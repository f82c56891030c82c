import koffi from 'koffi';
import { checked, EINTR, library } from './library.ts';
import { SyscallError } from './syscall-error.ts';

const calls = {
  fcntl: library.func('int fcntl(int fd, int command, long argument)'),
  close: library.func('int close(int fd)'),
  poll: library.func('int poll(void *descriptors, unsigned long count, int timeout)'),
  eventfd: library.func('int eventfd(unsigned int initial, int flags)'),
  memfdCreate: library.func('int memfd_create(const char *name, unsigned int flags)'),
};

export function close(fd: number): void {
  calls.close(fd);
}

/** The same in a thread of the process's pool: closing a packet socket waits for a grace period of the kernel, as does its ring. */
export function closeAside(fd: number): Promise<void> {
  return new Promise((resolve) => calls.close.async(fd, () => resolve()));
}

/**
 * Starts the process's pool of threads, all of them. They stay for ever in the network namespace of the thread that first asks for one, and
 * keep it alive: so that has to be the panel.
 */
export function startPool(): Promise<void> {
  return closeAside(-1);
}

/** A copy of a descriptor with a number of at least `from`, closed on exec. */
export function duplicate(fd: number, from: number): number {
  const F_DUPFD_CLOEXEC = 1030;
  return checked('fcntl', calls.fcntl(fd, F_DUPFD_CLOEXEC, from));
}

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

/** This process gets SIGIO whenever there is something new to read at the descriptor, which does not block from now on (fcntl(2), F_SETOWN). */
export function signalWhenReadable(fd: number): void {
  const [F_SETFL, F_SETOWN] = [4, 8];
  const [O_NONBLOCK, O_ASYNC] = [0o4000, 0o20000];
  checked('fcntl', calls.fcntl(fd, F_SETOWN, process.pid));
  checked('fcntl', calls.fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
}
