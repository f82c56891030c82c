import { HOST, type Netns, PANEL } from '../../boundary/kernel.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { getLink, type LinkInfo } from '../netlink/links.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** asm-generic/errno-base.h */
const EEXIST = 17;

/** True for the owner mark of any lab. */
function isOurs(alias: string): boolean {
  return alias.startsWith('weft ');
}

/** The interface of that name; undefined when there is none. */
export function findLink(namespaces: Namespaces, netns: Netns, name: string): LinkInfo | undefined {
  try {
    return getLink(namespaces.socket(netns), name);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENODEV') return undefined;
    throw thrown;
  }
}

/** True for what people made themselves. An unmarked veth in a node may be ours, made by a worker that died before it could mark it. */
export function isForeign(netns: Netns, { alias, kind }: LinkInfo): boolean {
  return !isOurs(alias) && (netns === HOST || (netns !== PANEL && kind !== 'veth'));
}

/**
 * Throws EEXIST where the machine or a node has an interface of that name that is not this lab's; `alias` is the mark that ours would have.
 */
export function refuseForeign(netns: Netns, found: LinkInfo, alias: string): void {
  if (found.alias.split(' ').slice(0, 2).join(' ') === alias.split(' ').slice(0, 2).join(' ')) return;
  if (netns !== HOST) {
    if (!isForeign(netns, found)) return;
    throw new SyscallError(EEXIST, 'link', `${netns} has an interface ${found.name} of its own already`);
  }
  const owner = isOurs(found.alias) ? `it belongs to the lab ${found.alias.split(' ')[1]}` : 'it is not ours';
  throw new SyscallError(EEXIST, 'link', `the machine has an interface ${found.name} already, and ${owner}`);
}
