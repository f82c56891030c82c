import type { Socket } from 'node:net';
import type { HalfCloseStream } from '../boundary/streams.ts';
import { systemFailure } from './system-failure.ts';

/** How long what was written may take to leave after close, before the connection is cut. Milliseconds. */
const LINGER = 1000;

/** A connected socket as a byte stream. Nothing is read before the first onData listener, so none of it is missed. */
export class SocketStream implements HalfCloseStream {
  readonly #socket: Socket;
  readonly #name: string;
  #reason: Error | undefined;

  constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.#name = name;
    socket.on('error', (failure) => {
      this.#reason ??= systemFailure(`talk to ${this.#name}`, failure);
    });
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.writable ? this.#socket.write(bytes) : true;
  }

  onDrain(listener: () => void): void {
    this.#socket.on('drain', listener);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#socket.on('data', listener);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  finish(): void {
    this.#socket.end();
  }

  onEnd(listener: () => void): void {
    this.#socket.once('end', listener);
  }

  onClose(listener: (reason: Error | undefined) => void): void {
    const tell = () => listener(this.#reason);
    if (this.#socket.closed) queueMicrotask(tell);
    else this.#socket.once('close', tell);
  }

  close(): void {
    if (this.#socket.destroyed) return;
    const cut = setTimeout(() => this.#socket.destroy(), LINGER);
    this.#socket.once('close', () => clearTimeout(cut));
    this.#socket.destroySoon();
  }
}
