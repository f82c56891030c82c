import koffi from 'koffi';
import { checked, library } from './library.ts';
import { SyscallError } from './syscall-error.ts';

const calls = {
  mmap: library.func('void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)'),
  munmap: library.func('int munmap(void *address, size_t length)'),
};

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
