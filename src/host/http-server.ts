import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpServer } from '../boundary/http.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/** More than any request of ours needs: a topology of 10 000 nodes is about 10 MB. */
const longestBody = 256 * 1024 * 1024;

/** A capture names all of its ports in its target. */
const longestHead = 4 * 1024 * 1024;

/** How long answers under way may take to leave when the server closes. Milliseconds. */
const linger = 1000;

/** An HTTP server on a unix socket. A socket file that a dead engine left is replaced: the caller holds the lab's lock. */
export const systemHttpServer: HttpServer = {
  listen(socketPath, handle, upgrade) {
    rmSync(socketPath, { force: true });
    const streams = new Set<Socket>();
    const server = createServer(
      { maxHeaderSize: longestHead },
      (incoming, outgoing) => void exchange(incoming, outgoing, handle),
    );
    server.on('upgrade', (incoming, socket, head) => {
      socket.on('error', () => socket.destroy());
      void upgrade(incoming.url ?? '/').then((taker) => {
        if (typeof taker === 'string') {
          socket.end(
            `HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(taker)}\r\n\r\n${taker}`,
          );
          return;
        }
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: weft-stream\r\n\r\n');
        if (head.length > 0) socket.unshift(head);
        // Whoever ends its side of a stream has left: an HTTP server's sockets would stay open for answers.
        socket.once('end', () => socket.end());
        streams.add(socket as Socket);
        socket.once('close', () => streams.delete(socket as Socket));
        taker(new SocketStream(socket as Socket, `a viewer on ${socketPath}`));
      });
    });
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), linger).unref();
        for (const socket of streams) socket.destroySoon();
      });
    return new Promise((resolve, reject) => {
      server.once('error', (failure) => reject(systemFailure(`listen on ${socketPath}`, failure)));
      server.listen(socketPath, () => {
        chmodSync(socketPath, 0o600);
        resolve({ close });
      });
    });
  },
};

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: Parameters<HttpServer['listen']>[1],
): Promise<void> {
  incoming.setEncoding('utf8');
  let body = '';
  try {
    for await (const chunk of incoming) {
      body += chunk;
      if (body.length > longestBody) {
        outgoing.writeHead(413).end();
        return;
      }
    }
  } catch {
    return;
  }
  const lines = new Lines((text) => outgoing.write(text));
  const gone = new Promise<void>((resolve) => outgoing.once('close', resolve));
  const afterwards = await handle({
    method: incoming.method ?? '',
    target: incoming.url ?? '/',
    body,
    begin: (status) => {
      outgoing.writeHead(status, { 'content-type': 'application/x-ndjson' });
    },
    line: (value) => lines.add(JSON.stringify(value)),
    drained: async () => {
      lines.flush();
      if (!outgoing.writableNeedDrain) return;
      await Promise.race([gone, new Promise<void>((resolve) => outgoing.once('drain', resolve))]);
    },
    gone,
  });
  lines.flush();
  outgoing.end(() => afterwards?.());
}

/** Lines that are written together at the end of the turn in which they are added. */
class Lines {
  readonly #write: (text: string) => void;
  #text = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(line: string): void {
    if (this.#text === '') setImmediate(() => this.flush());
    this.#text += `${line}\n`;
  }

  flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#write(text);
  }
}
