import { chmodSync, rmSync } from 'node:fs';
import * as descriptors from '../libc/descriptors.ts';
import * as sockets from '../libc/sockets.ts';
import { unixAddress } from '../netlink/unix-address.ts';
import { errnoOf } from '../system-failure.ts';

/** sys/socket.h */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Bytes that wait here while the reader does not take them. More wait in the kernel's rings, where frames that find no room are counted. */
const room = 1024 * 1024;

/** The one reader of a capture, before and after it has come. */
export class ReaderConnection {
  /** To be filled from `end` on. */
  readonly buffer: Buffer = Buffer.alloc(room);
  readonly view: DataView = new DataView(this.buffer.buffer, this.buffer.byteOffset, room);
  readonly #path: string;
  #fd: number;
  #connected = false;
  #begin = 0;
  end = 0;

  /** Listens at the path, mode 0600. */
  constructor(path: string) {
    this.#path = path;
    rmSync(path, { force: true });
    this.#fd = sockets.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockets.bind(this.#fd, unixAddress(path));
    chmodSync(path, 0o600);
    sockets.listen(this.#fd, 1);
  }

  /** What poll(2) is to look at. */
  get fd(): number {
    return this.#fd;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  get isBehind(): boolean {
    return this.end > this.#begin;
  }

  /** True where `length` more bytes fit from `end` on. */
  hasRoom(length: number): boolean {
    if (this.#begin === this.end) {
      this.#begin = 0;
      this.end = 0;
    }
    return this.end + length <= room;
  }

  append(bytes: Uint8Array): void {
    if (!this.hasRoom(bytes.length)) throw new Error(`capture: ${bytes.length} bytes find no room`);
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Takes the reader that has come. */
  accept(): void {
    const fd = sockets.accept(this.#fd);
    descriptors.close(this.#fd);
    rmSync(this.#path, { force: true });
    this.#fd = fd;
    this.#connected = true;
  }

  /** What the reader has to say: `stop`, or that it is gone. */
  hear(): 'stop' | 'gone' {
    try {
      return sockets.receive(this.#fd, Buffer.alloc(64), MSG_DONTWAIT) === 0 ? 'gone' : 'stop';
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
      return 'gone';
    }
  }

  /** Sends what the reader takes; false when it is gone. */
  flush(): boolean {
    while (this.#connected && this.#begin < this.end) {
      try {
        this.#begin += sockets.send(this.#fd, this.buffer.subarray(this.#begin, this.end), MSG_DONTWAIT | MSG_NOSIGNAL);
      } catch (thrown) {
        if (errnoOf(thrown) === 'EAGAIN') break;
        if (errnoOf(thrown) === undefined) throw thrown;
        return false;
      }
    }
    this.#tidy();
    return true;
  }

  close(): void {
    descriptors.close(this.#fd);
    if (!this.#connected) rmSync(this.#path, { force: true });
  }

  #tidy(): void {
    if (this.#begin < room / 2) return;
    this.buffer.copyWithin(0, this.#begin, this.end);
    this.end -= this.#begin;
    this.#begin = 0;
  }
}
