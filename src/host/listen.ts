import { createServer, type ListenOptions, type Socket } from 'node:net';
import type { ByteStream, Listener } from '../boundary/streams.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/** Listens until closed; closing also ends the connections that were accepted. */
export function listen(where: ListenOptions, name: string, accept: (stream: ByteStream) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(new SocketStream(socket, `a client of ${name}`));
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', (failure) => reject(systemFailure(`listen on ${name}`, failure)));
    server.listen(where, () => resolve({ close }));
  });
}
