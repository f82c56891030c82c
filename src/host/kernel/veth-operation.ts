import type { KernelOp, VethEnd } from '../../boundary/kernel.ts';
import { addVeth, deleteLink, type LinkInfo, setLink } from '../netlink/links.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';
import { findLink, refuseForeign } from './ownership.ts';

type VethAdd = Extract<KernelOp, { op: 'veth-add' }>;

/** Makes the pair, or brings the one that is there to the wanted state; ends of another pair give way. */
export function addVethPair(namespaces: Namespaces, op: VethAdd): void {
  try {
    create(namespaces, op);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    keepOrReplace(namespaces, op);
  }
  finish(namespaces, op.a);
  finish(namespaces, op.b);
}

function create(namespaces: Namespaces, { a, b, mtu }: VethAdd): void {
  const describe = (end: VethEnd) => ({ name: end.name, mac: end.mac, mtu: end.mtu ?? mtu });
  addVeth(namespaces.socket(a.netns), describe(a), describe(b), namespaces.descriptor(b.netns));
}

/** The kernel takes an alias and the peer's IFF_UP only once the interface is there. */
function finish(namespaces: Namespaces, { netns, name, alias, up }: VethEnd): void {
  setLink(namespaces.socket(netns), name, { alias, up });
}

function keepOrReplace(namespaces: Namespaces, op: VethAdd): void {
  const [a, b] = [findLink(namespaces, op.a.netns, op.a.name), findLink(namespaces, op.b.netns, op.b.name)];
  if (a !== undefined && b !== undefined && arePair(a, b) && mayBe(a, op.a) && mayBe(b, op.b)) {
    for (const end of [op.a, op.b]) {
      const { netns, name, mac, mtu } = end;
      setLink(namespaces.socket(netns), name, { mtu: mtu ?? op.mtu, ...(mac === undefined ? {} : { mac }) });
    }
    return;
  }
  if (a !== undefined) refuseForeign(op.a.netns, a, op.a.alias);
  if (b !== undefined) refuseForeign(op.b.netns, b, op.b.alias);
  if (a !== undefined) deleteLink(namespaces.socket(op.a.netns), op.a.name);
  if (b !== undefined && findLink(namespaces, op.b.netns, op.b.name) !== undefined) {
    deleteLink(namespaces.socket(op.b.netns), op.b.name);
  }
  create(namespaces, op);
}

function arePair(a: LinkInfo, b: LinkInfo): boolean {
  return a.kind === 'veth' && b.kind === 'veth' && a.peerIndex === b.index && b.peerIndex === a.index;
}

/** Unmarked: made, but the worker died before it could mark it. */
function mayBe(found: LinkInfo, wanted: VethEnd): boolean {
  return found.alias === wanted.alias || found.alias === '';
}
