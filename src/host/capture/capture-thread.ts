import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { CaptureRequest, KernelFailure, Netns } from '../../boundary/kernel.ts';
import { kernelFilter } from '../../capture/packet-filter.ts';
import { interfaceDescription, interfaceStatistics, sectionHeader } from '../../capture/pcapng-blocks.ts';
import { Namespaces, type SharedNamespaces } from '../kernel/namespaces.ts';
import { RETIRE_AFTER } from '../netlink/packet-ring.ts';
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
}

/** What the thread tells once it captures. */
export type CaptureNews = readonly (KernelFailure | undefined)[];

/** What the thread is told: to let go of a namespace that is being deleted. */
export interface CaptureOrder {
  readonly forget: Netns;
}

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
/** How long the thread may not hear of orders. Milliseconds. */
const idle = 100;
const forever = Number.POSITIVE_INFINITY;

/** Captures until the reader has enough or is gone, in a thread of its own that blocks. */
export function captureFrames(settings: CaptureSettings): void {
  const capture = new Capture(settings);
  try {
    parentPort?.postMessage(capture.begin() satisfies CaptureNews);
    while (capture.goesOn) capture.turn();
  } finally {
    capture.close();
  }
}

class Capture {
  readonly #namespaces: Namespaces;
  readonly #ports: readonly WatchedPort[];
  readonly #reader: ReaderConnection;
  readonly #merger: Merger;
  readonly #request: CaptureRequest;
  readonly #began = Date.now();
  #list = new PollList([]);
  #length = 0;
  #nextLook = 0;
  /** When the reader had enough. */
  #stopped = forever;
  /** What still has to be said at the end. */
  #last: Uint8Array[] | undefined;
  #gone = false;
  #rest: ReturnType<Merger['merge']> = 'empty';

  constructor({ namespaces, request }: CaptureSettings) {
    this.#namespaces = Namespaces.shared(namespaces);
    this.#request = request;
    const size = ringSize(request.room, request.ports.length);
    const filter = kernelFilter(request.filter, request.snaplen);
    this.#ports = request.ports.map((port) => new WatchedPort(port, size, filter));
    this.#reader = new ReaderConnection(request.socketPath);
    this.#merger = new Merger(this.#ports, new FrameWriter(this.#reader, request));
  }

  begin(): CaptureNews {
    this.#reader.append(sectionHeader('weft'));
    for (const { label } of this.#request.ports) this.#reader.append(interfaceDescription(label, this.#request.snaplen));
    const failures = this.#ports.map((port) => port.attach(this.#namespaces));
    this.#namespaces.release();
    this.#makeList();
    return failures;
  }

  get goesOn(): boolean {
    if (this.#gone) return false;
    if (!this.#reader.isConnected) return Date.now() < this.#began + welcome;
    return this.#last === undefined || this.#last.length > 0 || this.#reader.isBehind;
  }

  turn(): void {
    this.#takeOrders();
    this.#wait();
    this.#lookForPorts();
    if (!this.#reader.isConnected) return;
    if (this.#last === undefined) this.#writeFrames();
    else this.#writeLast(this.#last);
    if (!this.#reader.flush()) this.#gone = true;
  }

  close(): void {
    for (const port of this.#ports) port.detach();
    this.#reader.close();
  }

  #takeOrders(): void {
    if (parentPort === null) return;
    for (let news = receiveMessageOnPort(parentPort); news !== undefined; news = receiveMessageOnPort(parentPort)) {
      const { forget }: CaptureOrder = news.message;
      for (const port of this.#ports) if (port.netns === forget) port.detach();
      this.#namespaces.release();
      this.#makeList();
    }
  }

  #wait(): void {
    const { isConnected, isBehind } = this.#reader;
    this.#list.expect(0, isBehind && isConnected ? POLLIN | POLLOUT : POLLIN);
    const [count, milliseconds] = this.#waitFor();
    this.#list.wait(count, milliseconds);
    if (this.#list.happened(0) & ~POLLOUT) this.#hear();
    let at = 1;
    for (const port of this.#ports) {
      if (port.ring !== undefined && this.#list.happened(at++) & POLLERR) port.doubt();
    }
  }

  /** A ring that has frames is not waited for while they cannot be written. */
  #waitFor(): readonly [count: number, milliseconds: number] {
    if (!this.#reader.isConnected || this.#rest === 'full' || this.#last !== undefined) return [1, idle];
    if (this.#rest === 'more') return [1, 0];
    if (this.#rest === 'held' || this.#stopped < forever) return [1, RETIRE_AFTER];
    return [this.#length, idle];
  }

  #hear(): void {
    if (!this.#reader.isConnected) {
      this.#reader.accept();
      this.#makeList();
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
    const lost = this.#ports.filter(({ isDoubtful }) => isDoubtful);
    for (const port of lost) port.attach(this.#namespaces);
    if (lost.length > 0) {
      this.#namespaces.release();
      this.#makeList();
    }
    this.#nextLook = Date.now() + Math.max(lookEvery, (Date.now() - began) / lookShare);
  }

  #makeList(): void {
    const rings = this.#ports.flatMap(({ ring }) => (ring === undefined ? [] : [ring.fd]));
    this.#list = new PollList([this.#reader.fd, ...rings]);
    this.#length = 1 + rings.length;
  }
}
