import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { KernelOp, Netns } from '../../boundary/kernel.ts';
import * as descriptors from '../libc/descriptors.ts';
import * as sockets from '../libc/sockets.ts';
import { getLink } from '../netlink/links.ts';
import { enlargeBuffers, openPacketSocket } from '../netlink/packet-socket.ts';
import { unixAddress } from '../netlink/unix-address.ts';
import type { Carried } from './carry-frames.ts';
import type { Namespaces } from './namespaces.ts';
import type { ThreadTask } from './run-thread.ts';

type Carry = Extract<KernelOp, { op: 'carry' }>;

/** sys/socket.h */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/** The interfaces whose frames a thread of this process carries to and from unix datagrams. */
export class FrameCarrier {
  readonly #threadPath: string;
  readonly #carried = new Map<string, Carried & { readonly local: string }>();
  #thread: Worker | undefined;

  /** `threadPath`: a program that calls `runThread` when it runs in a thread. */
  constructor(threadPath: string) {
    this.#threadPath = threadPath;
  }

  /** What was carried for the interface before gives way. */
  add(namespaces: Namespaces, { netns, name, local, remote }: Carry): void {
    this.remove(netns, name);
    const { index } = getLink(namespaces.socket(netns), name);
    namespaces.enter(netns);
    const packet = openPacketSocket(index);
    try {
      this.#carried.set(keyOf(netns, name), { packet, datagrams: listen(local), local, remote });
    } catch (thrown) {
      descriptors.close(packet);
      throw thrown;
    }
    this.#tell();
  }

  /** Nothing carried for the interface is fine. */
  remove(netns: Netns, name: string): void {
    const known = this.#carried.get(keyOf(netns, name));
    if (known === undefined) return;
    this.#carried.delete(keyOf(netns, name));
    this.#tell();
    rmSync(known.local, { force: true });
  }

  close(): void {
    for (const { local } of this.#carried.values()) rmSync(local, { force: true });
  }

  #tell(): void {
    if (this.#thread === undefined) {
      this.#thread = new Worker(this.#threadPath, { workerData: { task: 'carry' } satisfies ThreadTask });
      this.#thread.unref();
    }
    this.#thread.postMessage([...this.#carried.values()]);
  }
}

function keyOf(netns: Netns, name: string): string {
  return `${netns}/${name}`;
}

/** A datagram socket, mode 0600. */
function listen(path: string): number {
  rmSync(path, { force: true });
  const fd = sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const umask = process.umask(0o177);
  try {
    enlargeBuffers(fd);
    sockets.bind(fd, unixAddress(path));
    return fd;
  } catch (thrown) {
    descriptors.close(fd);
    throw thrown;
  } finally {
    process.umask(umask);
  }
}
