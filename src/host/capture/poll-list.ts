import * as descriptors from '../libc/descriptors.ts';

/** poll.h */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
/** struct pollfd: fd, events, revents */
const POLLFD = 8;

/** An array of struct pollfd. */
export class PollList {
  readonly #descriptors: readonly number[];
  readonly #list: Buffer;
  #looked = 0;

  constructor(descriptors: readonly number[]) {
    this.#descriptors = descriptors;
    this.#list = Buffer.alloc(descriptors.length * POLLFD);
    for (const [at, fd] of descriptors.entries()) this.#list.writeInt32LE(fd, at * POLLFD);
    for (const at of descriptors.keys()) this.expect(at, POLLIN);
  }

  isOf(descriptors: readonly number[]): boolean {
    return descriptors.length === this.#descriptors.length && descriptors.every((fd, at) => fd === this.#descriptors[at]);
  }

  expect(at: number, events: number): void {
    this.#list.writeInt16LE(events, at * POLLFD + 4);
  }

  /** Waits for the first `count` of them, for all where undefined, at most so many milliseconds. */
  wait(count: number | undefined, milliseconds: number): void {
    this.#looked = count ?? this.#descriptors.length;
    descriptors.poll(this.#list, this.#looked, milliseconds);
  }

  /** What the last wait found; nothing for those that it did not look at. */
  happened(at: number): number {
    if (at >= this.#looked) return 0;
    return this.#list.readInt16LE(at * POLLFD + 6);
  }
}
