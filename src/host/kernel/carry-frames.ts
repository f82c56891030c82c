import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import * as descriptors from '../libc/descriptors.ts';
import * as sockets from '../libc/sockets.ts';
import { frameReceiver } from '../netlink/packet-socket.ts';
import { unixAddress } from '../netlink/unix-address.ts';
import { errnoOf } from '../system-failure.ts';

/** An interface's packet socket and a process's datagrams: descriptors of this process, and where the process listens. */
export interface Carried {
  readonly packet: number;
  readonly datagrams: number;
  readonly remote: string;
}

/** struct pollfd, poll.h, sys/socket.h */
const POLLFD = 8;
const POLLIN = 1;
const MSG_DONTWAIT = 0x40;
/** How long the thread may not hear of a changed list, in milliseconds. */
const patience = 100;
/** Frames taken from one socket before the others have their turn. */
const burst = 64;

/**
 * Carries frames for ever, in a thread of its own that blocks. The main thread posts the list of what to carry; this thread closes the
 * descriptors that are no longer on it, because until it has read the list it waits on them.
 */
export function carryFrames(): void {
  const receiveFrame = frameReceiver();
  const datagram = Buffer.alloc(65_536);
  let carried: readonly Carried[] = [];
  let polled = pollList(carried);
  for (;;) {
    for (let news = newList(); news !== undefined; news = newList()) {
      for (const { packet, datagrams } of carried.filter((old) => !news?.some((kept) => kept.packet === old.packet))) {
        descriptors.close(packet);
        descriptors.close(datagrams);
      }
      carried = news;
      polled = pollList(carried);
    }
    if (descriptors.poll(polled, carried.length * 2, patience) === 0) continue;
    for (const [at, wire] of carried.entries()) {
      if (isReady(polled, at * 2)) toProcess(wire, receiveFrame);
      if (isReady(polled, at * 2 + 1)) toInterface(wire, datagram);
    }
  }
}

function newList(): readonly Carried[] | undefined {
  return parentPort === null ? undefined : receiveMessageOnPort(parentPort)?.message;
}

function toProcess({ packet, datagrams, remote }: Carried, receiveFrame: (fd: number) => Buffer | undefined): void {
  for (let count = 0; count < burst; count++) {
    const frame = attempt(() => receiveFrame(packet));
    if (typeof frame !== 'object') return;
    if (isDisconnected(attempt(() => sockets.send(datagrams, frame, MSG_DONTWAIT)))) {
      attempt(() => sockets.connect(datagrams, unixAddress(remote)));
      attempt(() => sockets.send(datagrams, frame, MSG_DONTWAIT));
    }
  }
}

function toInterface({ packet, datagrams }: Carried, datagram: Buffer): void {
  for (let count = 0; count < burst; count++) {
    const length = attempt(() => sockets.receive(datagrams, datagram, MSG_DONTWAIT));
    if (typeof length !== 'number') return;
    attempt(() => sockets.send(packet, datagram.subarray(0, length), MSG_DONTWAIT));
  }
}

/** A frame that cannot go on is lost, as on any wire; the errno's name where the kernel refused. */
function attempt<T>(step: () => T): T | string {
  try {
    return step();
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code === undefined) throw thrown;
    return code;
  }
}

/** The process was not there yet, or is another one than before. */
function isDisconnected(outcome: unknown): boolean {
  return outcome === 'ENOTCONN' || outcome === 'EDESTADDRREQ' || outcome === 'ECONNREFUSED';
}

function pollList(carried: readonly Carried[]): Buffer {
  const list = Buffer.alloc(POLLFD * 2 * carried.length);
  for (const [at, { packet, datagrams }] of carried.entries()) {
    for (const [offset, fd] of [packet, datagrams].entries()) {
      list.writeInt32LE(fd, (at * 2 + offset) * POLLFD);
      list.writeInt16LE(POLLIN, (at * 2 + offset) * POLLFD + 4);
    }
  }
  return list;
}

function isReady(polled: Buffer, at: number): boolean {
  return polled.readInt16LE(at * POLLFD + 6) !== 0;
}
