import type { KernelOp } from '../../boundary/kernel.ts';
import { close } from '../libc/descriptors.ts';
import { setLink } from '../netlink/links.ts';
import { keepTap, openTap } from '../netlink/tap.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';
import { findLink, refuseForeign } from './ownership.ts';

/** Makes a persistent TAP, or brings the one that is there to the wanted state. */
export function addTap(namespaces: Namespaces, { netns, name, alias, mtu, up }: Extract<KernelOp, { op: 'tap-add' }>): void {
  const found = findLink(namespaces, netns, name);
  if (found !== undefined) refuseForeign(netns, found, alias);
  namespaces.enter(netns);
  try {
    const fd = openTap(name);
    try {
      keepTap(fd);
    } finally {
      close(fd);
    }
  } catch (thrown) {
    if (found === undefined || errnoOf(thrown) !== 'EBUSY') throw thrown;
  }
  setLink(namespaces.socket(netns), name, { alias, mtu, up });
}
