import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Streams } from '../boundary/streams.ts';
import { listen } from './listen.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/** Unix sockets to connect to and local TCP ports to listen on. */
export const systemStreams: Streams = {
  connectUnix: (path) =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      const refused = (failure: Error) => reject(systemFailure(`connect to ${path}`, failure));
      socket.once('error', refused);
      socket.once('connect', () => {
        const stream = new SocketStream(socket, path);
        socket.off('error', refused);
        resolve(stream);
      });
    }),
  async listenUnix(path, mode, accept) {
    rmSync(path, { force: true });
    // The umask alone decides what a socket is born with; it is bound before listen returns.
    const umask = process.umask(0o777 & ~mode);
    const listening = listen({ path, backlog: 4096 }, path, accept, { halfOpen: true });
    process.umask(umask);
    return await listening;
  },
  listenTcp: (port, accept) => listen({ host: '127.0.0.1', port }, `127.0.0.1:${port}`, accept),
};
