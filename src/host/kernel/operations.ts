import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type KernelFailure, type KernelOp, type Netns, PANEL } from '../../boundary/kernel.ts';
import type { Captures } from '../capture/captures.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { addAddress, deleteAddress, setAddresses } from '../netlink/addresses.ts';
import { offloadsOff } from '../netlink/ethtool.ts';
import { deleteLink, getLink, linkIndex, setLink } from '../netlink/links.ts';
import { setNeighbours } from '../netlink/neighbours.ts';
import { setQdisc } from '../netlink/qdisc.ts';
import { setRoutes } from '../netlink/routes.ts';
import type { Classifier } from '../netlink/tc.ts';
import { errnoOf } from '../system-failure.ts';
import { doing } from './doing.ts';
import { failureOf } from './failure.ts';
import { forgetFlow, forgetFlows } from './flow-operations.ts';
import type { FrameCarrier } from './frame-carrier.ts';
import type { Namespaces } from './namespaces.ts';
import { loadRules, startLoading } from './nft-operation.ts';
import { findLink, isForeign } from './ownership.ts';
import type { Unplugged } from './plug-operation.ts';
import { redirect } from './redirect-operation.ts';
import { addTap } from './tap-operation.ts';
import { addVethPair } from './veth-operation.ts';

/** asm-generic/errno-base.h */
const EINVAL = 22;

/** What operations use beyond the kernel itself. */
export interface Means {
  readonly classifier: Classifier | undefined;
  readonly carrier: FrameCarrier;
  readonly unplugged: Unplugged;
  readonly captures: Captures;
}

/** How many scripts of rules are loaded at a time: each waits for the kernel as long as it computes. */
const loadings = 2 * availableParallelism();

/** Carries out operations in order, going on after a failure. Scripts of rules that follow each other, in different namespaces, are loaded at once. */
export function runOperations(namespaces: Namespaces, means: Means, ops: readonly KernelOp[]): (KernelFailure | undefined)[] {
  const outcomes: (KernelFailure | undefined)[] = [];
  try {
    while (outcomes.length < ops.length) {
      const together = loadingsAt(ops, outcomes.length);
      const starts = together.map((op) => attempt(op, () => startLoading(namespaces, op)));
      outcomes.push(
        ...starts.map((started, at) =>
          'failure' in started ? started.failure : finish(together[at] as KernelOp, started.value),
        ),
      );
      const op = together.length === 0 ? ops[outcomes.length] : undefined;
      if (op !== undefined) outcomes.push(finish(op, () => perform(namespaces, op, means)));
    }
    return outcomes;
  } finally {
    namespaces.releaseSoon();
  }
}

/** The scripts of rules from here on that do not touch each other. */
function loadingsAt(ops: readonly KernelOp[], from: number): readonly Op<'nft'>[] {
  const together: Op<'nft'>[] = [];
  for (const op of ops.slice(from, from + loadings)) {
    if (op.op !== 'nft' || together.some(({ netns }) => netns === op.netns)) break;
    together.push(op);
  }
  return together;
}

function attempt<T>(op: KernelOp, work: () => T): { readonly value: T } | { readonly failure: KernelFailure } {
  try {
    return { value: work() };
  } catch (thrown) {
    return { failure: failureOf(doing(op), thrown) };
  }
}

function finish(op: KernelOp, work: () => void): KernelFailure | undefined {
  const outcome = attempt(op, work);
  return 'failure' in outcome ? outcome.failure : undefined;
}

type Op<Name extends KernelOp['op']> = Extract<KernelOp, { op: Name }>;

type Operations = {
  readonly [Name in KernelOp['op']]: (namespaces: Namespaces, op: Op<Name>, means: Means) => void;
};

const operations: Operations = {
  'netns-add': (namespaces, { netns }) => namespaces.add(netns),
  'netns-delete': (namespaces, { netns }, { captures }) => {
    namespaces.delete(netns);
    // Only now: what was let go before could be found again by its name.
    captures.forget(netns);
  },
  'veth-add': addVethPair,
  'tap-add': addTap,
  'bridge-join': joinBridge,
  'link-set': changeLink,
  plug: (namespaces, op, { unplugged }) => unplugged.plug(namespaces, op),
  'link-move': moveLink,
  'link-delete': (namespaces, { netns, name }, { carrier }) => {
    carrier.remove(netns, name);
    removeLink(namespaces, netns, name);
  },
  redirect: (namespaces, op, { classifier }) => redirect(namespaces, op, classifier),
  qdisc: (namespaces, { netns, name, qdisc }) => {
    const socket = namespaces.socket(netns);
    setQdisc(socket, linkIndex(socket, name), qdisc);
  },
  carry: (namespaces, op, { carrier }) => carrier.add(namespaces, op),
  'offloads-off': (namespaces, { netns, name }) => {
    namespaces.enter(netns);
    offloadsOff(name);
  },
  'address-add': (namespaces, { netns, name, address }) => {
    const socket = namespaces.socket(netns);
    addAddress(socket, linkIndex(socket, name), address);
  },
  'addresses-set': (namespaces, { netns, name, addresses }) => {
    const socket = namespaces.socket(netns);
    setAddresses(socket, linkIndex(socket, name), addresses);
  },
  'routes-set': (namespaces, { netns, name, routes }) => {
    const socket = namespaces.socket(netns);
    setRoutes(socket, linkIndex(socket, name), routes);
  },
  'neighbours-set': (namespaces, { netns, name, neighbours }) => {
    const socket = namespaces.socket(netns);
    setNeighbours(socket, linkIndex(socket, name), neighbours);
  },
  'address-delete': (namespaces, { netns, name, address }) => {
    const socket = namespaces.socket(netns);
    deleteAddress(socket, linkIndex(socket, name), address);
  },
  nft: loadRules,
  'flows-delete': forgetFlows,
  'flow-delete': forgetFlow,
  sysctl: setSysctl,
};

function perform<Name extends KernelOp['op']>(namespaces: Namespaces, op: Op<Name>, means: Means): void {
  const operation: Operations[Name] = operations[op.op as Name];
  operation(namespaces, op, means);
}

function joinBridge(namespaces: Namespaces, { netns, name, bridge }: Op<'bridge-join'>): void {
  const socket = namespaces.socket(netns);
  const found = getLink(socket, bridge);
  if (found.kind !== 'bridge') throw new SyscallError(EINVAL, 'bridge', `${bridge} is no bridge`);
  setLink(socket, name, { master: found.index });
}

function changeLink(namespaces: Namespaces, { netns, name, up, mtu, mac, carrier, group }: Op<'link-set'>): void {
  const socket = namespaces.socket(netns);
  if (up !== undefined || mtu !== undefined || mac !== undefined || group !== undefined) {
    setLink(socket, name, {
      ...(up === undefined ? {} : { up }),
      ...(mtu === undefined ? {} : { mtu }),
      ...(mac === undefined ? {} : { mac }),
      ...(group === undefined ? {} : { group }),
    });
  }
  if (carrier !== undefined) setCarrier(namespaces, netns, name, carrier);
}

/** A TAP that no process holds has no carrier to switch on: the kernel then says EPERM. */
function setCarrier(namespaces: Namespaces, netns: Netns, name: string, carrier: boolean): void {
  try {
    setLink(namespaces.socket(netns), name, { carrier });
  } catch (thrown) {
    if (!(carrier && errnoOf(thrown) === 'EPERM')) throw thrown;
  }
}

function moveLink(namespaces: Namespaces, { netns, name, to }: Op<'link-move'>): void {
  if (findLink(namespaces, netns, name) === undefined && findLink(namespaces, to, name) !== undefined) return;
  setLink(namespaces.socket(netns), name, { netns: namespaces.descriptor(to) });
}

/** On the machine itself, only what carries a mark of ours is removed. */
function removeLink(namespaces: Namespaces, netns: Netns, name: string): void {
  try {
    const socket = namespaces.socket(netns);
    if (netns !== PANEL && isForeign(netns, getLink(socket, name))) return;
    deleteLink(socket, name);
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code !== 'ENODEV' && code !== 'ENOENT') throw thrown;
  }
}

function setSysctl(namespaces: Namespaces, { netns, key, value }: Op<'sysctl'>): void {
  if (key.startsWith('/') || key.split('/').includes('..')) throw new SyscallError(EINVAL, 'sysctl', `${key} is no sysctl`);
  namespaces.enter(netns);
  writeFileSync(`/proc/sys/${key}`, value, { flag: 'r+' });
}
