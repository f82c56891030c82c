import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

/** A daemon that answers every request, once its client has ended its side, with the same bytes: what a connection and a reply cost alone. */
const [path, reply] = process.argv.slice(2);
rmSync(path, { force: true });
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end(Buffer.from(reply, 'base64'))).resume();
});
server.listen({ path, backlog: 4096 }, () => process.stdout.write('ready\n'));
