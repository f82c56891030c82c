import { readSync } from 'node:fs';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { CaptureRequest, KernelFailure, Netns } from '../../boundary/kernel.ts';
import { kernelFilter, type PacketFilter } from '../../capture/packet-filter.ts';
import { interfaceDescription, interfaceStatistics, sectionHeader } from '../../capture/pcapng-blocks.ts';
import { Namespaces, type SharedNamespaces } from '../kernel/namespaces.ts';
import { startPool } from '../libc/descriptors.ts';
import { RETIRE_AFTER, type RingSize } from '../netlink/packet-ring.ts';
import { FrameWriter } from './frame-writer.ts';
import { Merger } from './merger.ts';
import { POLLERR, POLLIN, POLLOUT, PollList } from './poll-list.ts';
import { ReaderConnection } from './reader-connection.ts';
import { ringSize } from './ring-size.ts';
import { WatchedPort } from './watched-port.ts';

/** What the thread is given when it starts. */
export interface CaptureSettings {
  readonly namespaces: SharedNamespaces;
  readonly request: CaptureRequest;
  /** An event descriptor: it is rung with every order. */
  readonly bell: number;
}

/** What the thread tells once it captures. */
export type CaptureNews = readonly (KernelFailure | undefined)[];

/** What the thread is told: to let go of a namespace that is being deleted, to look for ports elsewhere or for more ports, or to let go of everything. */
export type CaptureOrder = { readonly forget: Netns } | { readonly move: CaptureRequest['ports'] } | 'end';

/**
 * How long a frame waits for an earlier one of another port: the kernel hands frames over in blocks, each at most so much later than
 * its first frame. Milliseconds.
 */
const patience = 4 * RETIRE_AFTER;
/** How often ports whose interface is not there are looked for, and the part of the thread's time that this may take. */
const lookEvery = 200;
const lookShare = 0.05;
/** How long the reader may take to come. Milliseconds. */
const welcome = 30_000;
/** How long the thread rests before it looks for ports, and for a frame that the kernel holds back. Milliseconds. */
const idle = 100;
/** The same while rings are being opened. */
const opening = 2;
/** How many rings are opened or closed at once: each waits for a grace period of the kernel. */
const atOnce = 128;
const forever = Number.POSITIVE_INFINITY;

/** Captures until the reader has enough or is gone, in a thread of its own that blocks most of the time. */
export async function captureFrames(settings: CaptureSettings): Promise<void> {
  const capture = new Capture(settings);
  try {
    await startPool();
    parentPort?.postMessage((await capture.begin()) satisfies CaptureNews);
    while (capture.goesOn) {
      capture.turn();
      await new Promise(setImmediate);
    }
  } finally {
    await capture.close();
  }
}

class Capture {
  readonly #namespaces: Namespaces;
  readonly #ports: WatchedPort[] = [];
  /** Ports that are to be described to the reader once it has room, and captured then. */
  readonly #coming: CaptureRequest['ports'][number][] = [];
  readonly #filter: PacketFilter | undefined;
  readonly #reader: ReaderConnection;
  readonly #bell: number;
  readonly #merger: Merger;
  readonly #request: CaptureRequest;
  readonly #began = Date.now();
  #list = new PollList([]);
  #nextLook = 0;
  /** When the reader had enough. */
  #stopped = forever;
  /** What still has to be said at the end. */
  #last: Uint8Array[] | undefined;
  #gone = false;
  #rest: ReturnType<Merger['merge']> = 'empty';

  constructor({ namespaces, request, bell }: CaptureSettings) {
    this.#namespaces = Namespaces.shared(namespaces);
    this.#bell = bell;
    this.#request = request;
    this.#filter = kernelFilter(request.filter, request.snaplen);
    this.#coming.push(...request.ports);
    this.#reader = new ReaderConnection(request.socketPath);
    this.#merger = new Merger(this.#ports, new FrameWriter(this.#reader, request));
  }

  async begin(): Promise<CaptureNews> {
    this.#reader.append(sectionHeader('weft'));
    this.#describePorts();
    const failures: (KernelFailure | undefined)[] = [];
    for (let from = 0; from < this.#ports.length; from += atOnce) {
      const attaching = this.#ports.slice(from, from + atOnce).map((port) => port.attach(this.#namespaces));
      this.#namespaces.release();
      failures.push(...(await Promise.all(attaching)));
    }
    return failures;
  }

  get goesOn(): boolean {
    if (this.#gone) return false;
    if (!this.#reader.isConnected) return Date.now() < this.#began + welcome;
    return this.#last === undefined || this.#last.length > 0 || this.#reader.isBehind;
  }

  turn(): void {
    this.#wait();
    this.#takeOrders();
    this.#describePorts();
    this.#lookForPorts();
    if (!this.#reader.isConnected) return;
    if (this.#last === undefined) this.#writeFrames();
    else this.#writeLast(this.#last);
    if (!this.#reader.flush()) this.#gone = true;
  }

  async close(): Promise<void> {
    this.#reader.close();
    for (let from = 0; from < this.#ports.length; from += atOnce) {
      await Promise.all(this.#ports.slice(from, from + atOnce).map((port) => port.detach()));
    }
  }

  #takeOrders(): void {
    if (parentPort === null) return;
    for (let news = receiveMessageOnPort(parentPort); news !== undefined; news = receiveMessageOnPort(parentPort)) {
      this.#obey(news.message);
      this.#namespaces.release();
    }
  }

  #obey(order: CaptureOrder): void {
    if (order === 'end') this.#gone = true;
    else if ('forget' in order) for (const port of this.#ports) port.forget(order.forget);
    else for (const port of order.move) this.#move(port);
  }

  #move(port: CaptureRequest['ports'][number]): void {
    const known = this.#ports.find(({ label }) => label === port.label);
    const waiting = this.#coming.findIndex(({ label }) => label === port.label);
    if (known !== undefined) known.move(port.view);
    else if (waiting >= 0) this.#coming[waiting] = port;
    else this.#coming.push(port);
    this.#nextLook = 0;
  }

  /** A port's description goes before its frames; once the reader had enough, no more come. */
  #describePorts(): void {
    if (this.#stopped < forever) return;
    for (let port = this.#coming[0]; port !== undefined; port = this.#coming[0]) {
      const description = interfaceDescription(port.label, this.#request.snaplen);
      if (!this.#reader.hasRoom(description.length)) return;
      this.#reader.append(description);
      this.#ports.push(new WatchedPort(port, this.#sizeOfNext(), this.#filter));
      this.#coming.shift();
    }
  }

  /** Ports that came later share a quarter more. */
  #sizeOfNext(): RingSize {
    const { room, ports } = this.#request;
    const at = this.#ports.length;
    return at < ports.length ? ringSize(room, ports.length) : ringSize(room / 4, at + 1);
  }

  #wait(): void {
    const { isConnected, isBehind } = this.#reader;
    const watched = this.#ports.filter(({ ring }) => ring !== undefined);
    const own = [this.#reader.fd, this.#bell];
    const list = this.#listOf([...own, ...watched.map(({ ring }) => ring?.fd ?? -1)]);
    list.expect(0, isBehind && isConnected ? POLLIN | POLLOUT : POLLIN);
    const [what, longest] = this.#waitFor();
    // While the thread waits, it hears of no ring that has been opened.
    const milliseconds = this.#ports.some(({ isAttaching }) => isAttaching) ? Math.min(longest, opening) : longest;
    list.wait(what === 'own' ? own.length : undefined, milliseconds);
    if (list.happened(0) & ~POLLOUT) this.#hear();
    if (list.happened(1) & POLLIN) readSync(this.#bell, Buffer.alloc(8));
    for (const [at, port] of watched.entries()) if (list.happened(own.length + at) & POLLERR) port.doubt();
  }

  #listOf(descriptors: readonly number[]): PollList {
    if (!this.#list.isOf(descriptors)) this.#list = new PollList(descriptors);
    return this.#list;
  }

  /** What to wait for, and how long: a ring that has frames is not waited for while they cannot be written. */
  #waitFor(): readonly [what: 'own' | 'all', milliseconds: number] {
    if (!this.#reader.isConnected || this.#rest === 'full' || this.#last !== undefined) return ['own', idle];
    if (this.#rest === 'more') return ['own', 0];
    if (this.#rest === 'held' || this.#stopped < forever) return ['own', RETIRE_AFTER];
    return ['all', idle];
  }

  #hear(): void {
    if (!this.#reader.isConnected) {
      this.#reader.accept();
      return;
    }
    if (this.#reader.hear() === 'gone') this.#gone = true;
    else if (this.#stopped === forever) this.#stop();
  }

  #stop(): void {
    for (const port of this.#ports) port.shut();
    this.#stopped = Date.now();
  }

  #writeFrames(): void {
    const now = Date.now();
    const isSettled = now > this.#stopped + patience;
    this.#rest = this.#merger.merge(isSettled ? now : now - patience);
    if (isSettled && this.#rest === 'empty') this.#last = this.#countsOfAll();
  }

  #writeLast(last: Uint8Array[]): void {
    for (let next = last[0]; next !== undefined && this.#reader.hasRoom(next.length); next = last[0]) {
      this.#reader.append(next);
      last.shift();
    }
  }

  #countsOfAll(): Uint8Array[] {
    const now = Date.now();
    const time = { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1e6 };
    return this.#ports.map((port, number) => interfaceStatistics(number, time, port.counts()));
  }

  #lookForPorts(): void {
    const began = Date.now();
    if (began < this.#nextLook || this.#stopped < forever) return;
    const lost = this.#ports.filter(({ isDoubtful, isAttaching }) => isDoubtful && !isAttaching);
    for (const port of lost.slice(0, atOnce)) void port.attach(this.#namespaces);
    if (lost.length > 0) this.#namespaces.release();
    this.#nextLook = Date.now() + Math.max(lookEvery, (Date.now() - began) / lookShare);
  }
}
