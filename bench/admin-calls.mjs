import { connect } from 'node:net';

/** One call of the Admin API; gives the reply, as text, and the wall milliseconds until the connection had ended. */
export function adminCall(path, method, destination, payload = '') {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const pieces = [];
    socket.on('error', reject);
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('close', () => resolve({ wall: performance.now() - begun, reply: Buffer.concat(pieces).toString() }));
    socket.end(`${method} dom0 name ${destination}\0${payload}`);
  });
}

/** So many calls, `together` of them at once; throws unless each gets the reply. Gives calls a second and the 99th percentile in ms. */
export async function manyCalls(path, [method, destination], reply, { count, together }) {
  const walls = [];
  const begun = performance.now();
  for (let done = 0; done < count; done += together) {
    const answers = await Promise.all(Array.from({ length: together }, () => adminCall(path, method, destination)));
    for (const answer of answers) {
      if (answer.reply !== reply) throw new Error(`${method}: ${JSON.stringify(answer.reply.slice(0, 200))}`);
      walls.push(answer.wall);
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  walls.sort((a, b) => a - b);
  return { rate: count / seconds, percentile: walls[Math.ceil(walls.length * 0.99) - 1] };
}
