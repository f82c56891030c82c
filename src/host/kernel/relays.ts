import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { Netns } from '../../boundary/kernel.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** Unix sockets whose connections are passed on to TCP ports inside namespaces. */
export class Relays {
  readonly #namespaces: Namespaces;
  readonly #servers = new Map<string, Server>();

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /** Listens at `path`, mode 0600; what listened there before gives way. */
  async open(path: string, netns: Netns, host: string, port: number): Promise<void> {
    this.#servers.get(path)?.close();
    rmSync(path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = this.#reach(netns, host, port);
      if (far === undefined) {
        near.destroy();
        return;
      }
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    this.#servers.set(path, server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).once('listening', resolve);
      const umask = process.umask(0o177);
      server.listen(path);
      process.umask(umask);
    });
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
  }

  /** undefined where there is no such namespace any more. */
  #reach(netns: Netns, host: string, port: number) {
    try {
      return this.#connect(netns, host, port);
    } catch (failure) {
      if (errnoOf(failure) === undefined) throw failure;
      return undefined;
    }
  }

  /** Node makes the socket in its next tick, so the thread stays in the namespace until the tick after that; nothing else runs between. */
  #connect(netns: Netns, host: string, port: number) {
    this.#namespaces.enter(netns);
    const far = connect({ host: host === 'localhost' ? '127.0.0.1' : host, port, allowHalfOpen: true });
    process.nextTick(() => this.#namespaces.release());
    return far;
  }
}
