import type { KernelOp } from '../../boundary/kernel.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { getLink } from '../netlink/links.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { addIngress, type Classifier, deleteIngress, setRedirect } from '../netlink/tc.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

type Redirect = Extract<KernelOp, { op: 'redirect' }>;

/** asm-generic/errno-base.h */
const ENOENT = 2;

export function redirect(namespaces: Namespaces, { netns, from, to }: Redirect, classifier: Classifier | undefined): void {
  const socket = namespaces.socket(netns);
  const source = getLink(socket, from).index;
  if (to.length === 0) {
    clearRedirect(socket, source);
    return;
  }
  if (classifier === undefined) {
    throw new SyscallError(ENOENT, 'tc', 'this kernel has neither the tc classifier matchall nor u32');
  }
  const targets = to.map((name) => getLink(socket, name).index);
  let fresh = true;
  try {
    addIngress(socket, source);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    fresh = false;
  }
  setRedirect(socket, source, targets, { classifier, fresh });
}

function clearRedirect(socket: NetlinkSocket, index: number): void {
  try {
    deleteIngress(socket, index);
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code !== 'ENOENT' && code !== 'EINVAL') throw thrown;
  }
}
