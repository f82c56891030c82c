import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Packet, streamDecode, streamEncode } from 'dns-packet';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nameServerAsker } from './ask-name-server.ts';

let folder: string;
let servers: Server[];
let relays: string[];
/** What a name server sends back; undefined closes the connection. */
let answer: (query: Packet) => Uint8Array | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-names-'));
  servers = [];
  relays = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** A relay whose other end is a name server. */
const relay = async (path: string, netns: string, host: string, port: number) => {
  relays.push(`${netns} ${host}:${port}`);
  rmSync(path, { force: true });
  const server = createServer((stream) => {
    stream.on('error', () => undefined);
    stream.on('data', (bytes) => {
      const sent = answer(streamDecode(bytes));
      if (sent === undefined) stream.destroy();
      // In two pieces, as a network may deliver it.
      else stream.write(sent.subarray(0, 1), () => stream.write(sent.subarray(1)));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
};
const ask = (name: string, deadlineMs = 2000) =>
  nameServerAsker({ relay }, folder)({ netns: 'net', server: '192.0.2.1', name }, deadlineMs);
const reply = ({ id = 0, questions = [] }: Packet, more: Partial<Packet>) =>
  streamEncode({ type: 'response', id, questions, ...more });

it('gives the addresses of both families, behind aliases too, and the shortest time', async () => {
  answer = (query) => {
    const [type, name] = [query.questions?.[0]?.type, 'www.test'];
    const alias = { type: 'CNAME', name, ttl: 20, data: 'host.test' } as const;
    if (type === 'AAAA') return reply(query, { answers: [{ type, name, ttl: 60, data: '2001:db8::1' }] });
    return reply(query, { answers: [alias, { type: 'A', name: 'host.test', ttl: 300, data: '192.0.2.80' }] });
  };
  expect(await ask('www.test')).toEqual({ addresses: ['192.0.2.80', '2001:db8::1'], ttl: 20 });
  expect(relays).toEqual(['net 192.0.2.1:53', 'net 192.0.2.1:53']);
});

it('gives none where there is no such name', async () => {
  answer = (query) => reply(query, { flags: 3 });
  expect(await ask('nowhere.test')).toEqual({ addresses: [], ttl: 0 });
});

it('asks for no name that cannot be one', async () => {
  for (const name of ['a..test', `${'a'.repeat(64)}.test`, 'a.'.repeat(130)]) {
    expect(await ask(name)).toEqual({ addresses: [], ttl: 0 });
  }
  expect(relays).toEqual([]);
});

it.each<[string, typeof answer]>([
  ['does not answer', () => undefined],
  ['does not answer', () => Buffer.alloc(0)],
  ['answers with error 2', (query) => reply(query, { flags: 2 })],
  ['answers what is no message of DNS', () => Buffer.from([0, 3, 1, 2, 3])],
  ['answers what was not asked', (query) => reply({ ...query, id: 9 }, {})],
  ['answers what was not asked', (query) => streamEncode(query)],
])('fails with a HostError when the server %s', async (message, how) => {
  answer = how;
  await expect(ask('www.test', 200)).rejects.toMatchObject({
    code: 'no-answer',
    message: `the name server 192.0.2.1 ${message}`,
  });
});

it('asks many at once, a few at a time', async () => {
  answer = (query) => reply(query, {});
  const own = nameServerAsker({ relay }, folder);
  const names = Array.from({ length: 30 }, (_, number) => `host${number}.test`);
  const found = await Promise.all(names.map((name) => own({ netns: 'net', server: '192.0.2.1', name }, 5000)));
  expect(found).toHaveLength(30);
});
