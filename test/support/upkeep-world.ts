import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';

/*
 * The world behind a routed network: `ZONE PORT... -- ADDRESS...`. It is a name server at each ADDRESS, over UDP and TCP, and echoes what comes
 * at each PORT over TCP. ZONE is a JSON file, read anew for every question: names, and their addresses of either family. The name
 * `whoami.test` has the address of the server that was asked.
 */

const [zone = '', ...words] = process.argv.slice(2);
const ports = words.slice(0, words.indexOf('--')).map(Number);
const servers = words.slice(words.indexOf('--') + 1);

let names: Record<string, readonly string[]> = {};

/** What was read before counts while somebody is writing. */
function readZone(): void {
  try {
    names = JSON.parse(readFileSync(zone, 'utf8')) as typeof names;
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
  }
}

function answerOf(query: Packet, server: string): Packet {
  const [question] = query.questions ?? [];
  readZone();
  const addresses = question?.name === 'whoami.test' ? [server] : names[question?.name ?? ''];
  const answers = (addresses ?? []).flatMap((data): Answer[] => {
    const type = data.includes(':') ? 'AAAA' : 'A';
    return type === question?.type ? [{ type, name: question.name, ttl: 1, data }] : [];
  });
  const [id, questions] = [query.id ?? 0, query.questions ?? []];
  // RCODE 3: there is no such name.
  return { type: 'response', id, questions, answers, flags: addresses === undefined ? 3 : 0 };
}

for (const server of servers) {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => socket.send(encode(answerOf(decode(bytes), server)), from.port, from.address));
  socket.bind(53, server);
  createServer((stream) => {
    stream.on('error', () => undefined);
    stream.on('data', (bytes) => stream.write(streamEncode(answerOf(streamDecode(bytes), server))));
  }).listen(53, server);
}

for (const port of ports) {
  createServer((stream) => {
    stream.on('error', () => undefined);
    stream.pipe(stream);
  }).listen(port, '0.0.0.0');
}
