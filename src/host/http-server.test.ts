import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ByteStream, Listener } from '../boundary/streams.ts';
import { systemHttpClient } from './http-client.ts';
import { systemHttpServer } from './http-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-http-'));
const socket = join(folder, 's');
let listener: Listener;
let served: ByteStream | undefined;

beforeAll(async () => {
  listener = await systemHttpServer.listen(
    socket,
    () => Promise.resolve(undefined),
    (target) =>
      Promise.resolve(
        target.startsWith('/echo')
          ? (stream) => {
              served = stream;
              stream.onData((bytes) => stream.write(bytes));
              stream.write(Buffer.from(`${target.length}`));
            }
          : 'there is none\ntake another\nor none',
      ),
  );
});
afterAll(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

it('takes targets as long as a capture of thousands of ports has', async () => {
  const target = `/echo?${'port=node%3Aeth0&'.repeat(20_000)}`;
  const stream = await systemHttpClient.upgrade(socket, target);
  const heard = new Promise((resolve) => stream.onData((bytes) => resolve(Buffer.from(bytes).toString())));
  expect(await heard).toBe(String(target.length));
  stream.close();
});

it('tells the server that a client has left', async () => {
  const stream = await systemHttpClient.upgrade(socket, '/echo');
  await expect.poll(() => served).toBeDefined();
  const ended = new Promise((resolve) => served?.onClose(resolve));
  stream.close();
  expect(await ended).toBeUndefined();
});

it('tells why it refuses, and what to do', async () => {
  await expect(systemHttpClient.upgrade(socket, '/other')).rejects.toMatchObject({
    code: 'refused',
    message: 'there is none',
    hint: 'take another\nor none',
  });
});
