import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FramePoint, KernelFailure, Netns, Passage } from '../../boundary/kernel.ts';
import * as descriptors from '../libc/descriptors.ts';
import * as sockets from '../libc/sockets.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { addVeth, deleteLink, linkIndex, setLink } from '../netlink/links.ts';
import { frameReceiver, openPacketSocket } from '../netlink/packet-socket.ts';
import { type Classifier, setDetour } from '../netlink/tc.ts';
import { errnoOf } from '../system-failure.ts';
import { failureOf } from './failure.ts';
import type { Namespaces } from './namespaces.ts';

/** asm-generic/errno-base.h */
const ENOENT = 2;
/** The largest MTU of a TAP (drivers/net/tun.c). */
const ANY_MTU = 65_521;
/** How often arrivals are looked for, in milliseconds. */
const GLANCE = 3;

/** Whose they are, and how their frames can be led to a TAP. */
export interface PassageMeans {
  readonly lab: string;
  readonly classifier: Classifier | undefined;
}

/** A passage whose ends are open. */
interface OpenPassage {
  readonly passage: Passage;
  readonly entrance: Entrance;
  /** A packet socket. */
  readonly exit: number;
  readonly seen: Uint8Array[];
}

/** Where frames are put onto a wire. */
interface Entrance {
  /** A packet socket. */
  readonly fd: number;
  close(): void;
}

/** Opens all ends, sends, waits, closes; see `Kernel.passages`. */
export async function sendThrough(
  namespaces: Namespaces,
  means: PassageMeans,
  passages: readonly Passage[],
  milliseconds: number,
): Promise<readonly (readonly Uint8Array[] | KernelFailure)[]> {
  const opened = passages.map((passage, at) => attempt(() => open(namespaces, means, passage, at)));
  namespaces.releaseSoon();
  const underWay = opened.filter((one): one is OpenPassage => 'exit' in one);
  try {
    for (const { entrance, passage } of underWay) for (const frame of passage.frames) sendOrLose(entrance.fd, frame);
    await arrivals(underWay, milliseconds);
  } finally {
    for (const { entrance, exit } of underWay) {
      entrance.close();
      descriptors.close(exit);
    }
    namespaces.releaseSoon();
  }
  return opened.map((one) => ('exit' in one ? one.seen : one));
}

function attempt(step: () => OpenPassage): OpenPassage | KernelFailure {
  try {
    return step();
  } catch (thrown) {
    return failureOf('send frames through a wire', thrown);
  }
}

function open(namespaces: Namespaces, means: PassageMeans, passage: Passage, at: number): OpenPassage {
  const exit = openAt(namespaces, passage.to.netns, passage.to.name, passage.to.as === 'guest');
  try {
    const entrance =
      passage.from.as === 'guest' ? detour(namespaces, means, passage.from, at) : atOwner(namespaces, passage.from);
    return { passage, entrance, exit, seen: [] };
  } catch (thrown) {
    descriptors.close(exit);
    throw thrown;
  }
}

function atOwner(namespaces: Namespaces, { netns, name }: FramePoint): Entrance {
  const fd = openAt(namespaces, netns, name, false);
  return { fd, close: () => descriptors.close(fd) };
}

function openAt(namespaces: Namespaces, netns: Netns, name: string, leaving: boolean): number {
  const index = linkIndex(namespaces.socket(netns), name);
  namespaces.enter(netns);
  return openPacketSocket(index, leaving);
}

/** Only what holds a TAP can send there; a short-lived veth pair beside it leads frames to where they would come in. */
function detour(namespaces: Namespaces, { lab, classifier }: PassageMeans, { netns, name }: FramePoint, at: number): Entrance {
  if (classifier === undefined)
    throw new SyscallError(ENOENT, 'tc', 'this kernel has neither the tc classifier matchall nor u32');
  const socket = namespaces.socket(netns);
  const target = linkIndex(socket, name);
  const unique = `~${randomBytes(4).toString('hex')}`;
  const [near, far] = [`${unique}i${at}`, `${unique}o${at}`];
  addVeth(socket, { name: near, mtu: ANY_MTU }, { name: far, mtu: ANY_MTU }, namespaces.descriptor(netns));
  try {
    for (const end of [near, far]) {
      setLink(socket, end, { alias: `weft ${lab} conformance` });
      keepSilent(namespaces, netns, end);
    }
    setDetour(socket, linkIndex(socket, far), target, classifier);
    for (const end of [far, near]) setLink(socket, end, { up: true });
    const fd = openAt(namespaces, netns, near, false);
    return {
      fd,
      close: () => {
        descriptors.close(fd);
        deleteLink(namespaces.socket(netns), near);
      },
    };
  } catch (thrown) {
    deleteLink(namespaces.socket(netns), near);
    throw thrown;
  }
}

/** Without IPv6 an interface sends nothing by itself when it comes up. */
function keepSilent(namespaces: Namespaces, netns: Netns, name: string): void {
  namespaces.enter(netns);
  try {
    writeFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, '1', { flag: 'r+' });
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
}

/** What the kernel refuses to send is lost, as on any wire. */
function sendOrLose(fd: number, frame: Uint8Array): void {
  try {
    sockets.send(fd, frame);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}

async function arrivals(passages: readonly OpenPassage[], milliseconds: number): Promise<void> {
  const receive = frameReceiver();
  const end = performance.now() + milliseconds;
  let complete = false;
  do {
    for (const { exit, passage, seen } of passages) {
      for (let frame = receive(exit); frame !== undefined; frame = receive(exit)) {
        if (frame.includes(Buffer.from(passage.mark))) seen.push(Uint8Array.from(frame));
      }
    }
    // What comes twice comes at once: it is looked for once more.
    if (complete) return;
    complete = passages.every(({ seen, passage }) => seen.length >= passage.frames.length);
    await delay(GLANCE);
  } while (performance.now() < end);
}
