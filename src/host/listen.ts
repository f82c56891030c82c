import { createServer, type ListenOptions, type Socket } from 'node:net';
import type { HalfCloseStream, Listener } from '../boundary/streams.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/**
 * Listens until closed; closing also ends the connections that were accepted. With `halfOpen`, what is accepted stays open for answers when the
 * client has ended its side.
 */
export function listen(
  where: ListenOptions,
  name: string,
  accept: (stream: HalfCloseStream) => void,
  { halfOpen = false }: { readonly halfOpen?: boolean } = {},
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: halfOpen }, (socket) => {
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
