import koffi from 'koffi';
import { checked, library } from './library.ts';

/** struct ifreq (linux/if.h), as far as requests that point to more data use it. */
const interfaceRequest = koffi.struct({
  name: koffi.array('char', 16, 'String'),
  data: 'void *',
  rest: koffi.array('uint8', 16),
});

const calls = {
  ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
  interfaceIoctl: library.func('ioctl', 'int', ['int', 'unsigned long', koffi.pointer(interfaceRequest)]),
};

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
