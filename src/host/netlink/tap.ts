import { openSync } from 'node:fs';
import * as descriptors from '../libc/descriptors.ts';
import * as ioctls from '../libc/ioctls.ts';

/** linux/if_tun.h; the numbers of _IOW('T', n, int) */
const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;

/**
 * Opens the TAP of that name in this thread's network namespace, with vnet_hdr, and makes it first where there is none. The caller
 * closes the descriptor. Throws EBUSY where another process holds it, EINVAL where an interface of another kind has the name.
 */
export function openTap(name: string): number {
  const fd = openSync('/dev/net/tun', 'r+');
  try {
    const request = Buffer.alloc(40);
    request.write(name, 0, 15);
    request.writeUInt16LE(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, 16);
    ioctls.ioctl(fd, TUNSETIFF, request);
    return fd;
  } catch (thrown) {
    descriptors.close(fd);
    throw thrown;
  }
}

/** The TAP stays when its last descriptor is closed. */
export function keepTap(fd: number): void {
  ioctls.ioctlNumber(fd, TUNSETPERSIST, 1);
}
