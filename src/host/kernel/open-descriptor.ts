import type { HandedDescriptor } from '../../boundary/kernel.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { getLink } from '../netlink/links.ts';
import { openPacketSocket } from '../netlink/packet-socket.ts';
import { openTap } from '../netlink/tap.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** asm-generic/errno-base.h */
const EBUSY = 16;

/** Opens what a process is to be handed. The caller closes it, and releases the namespaces. */
export function openDescriptor(namespaces: Namespaces, { kind, netns, name }: HandedDescriptor): number {
  const { index } = getLink(namespaces.socket(netns), name);
  namespaces.enter(netns);
  if (kind === 'packet') return openPacketSocket(index);
  try {
    return openTap(name);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EBUSY') throw thrown;
    throw new SyscallError(EBUSY, 'open', `another process holds the TAP ${name}`);
  }
}
