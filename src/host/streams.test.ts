import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteStream } from '../boundary/streams.ts';
import { systemClock } from './clock.ts';
import { listen } from './listen.ts';
import { systemStreams as streams } from './streams.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-streams-'));
});
afterEach(() => rm(folder, { recursive: true }));

function textOf(stream: ByteStream, until: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.onData((bytes) => {
      text += new TextDecoder().decode(bytes);
      if (text.length >= until) resolve(text);
    });
  });
}

describe('streams', () => {
  it('carries bytes both ways over a unix socket and tells of the end', async () => {
    const path = join(folder, 's');
    const listener = await listen({ path }, path, (stream) => stream.onData((bytes) => stream.write(bytes)));
    const client = await streams.connectUnix(path);
    const closed = new Promise((resolve) => client.onClose(resolve));
    client.write(new TextEncoder().encode('hello'));
    expect(await textOf(client, 5)).toBe('hello');
    await listener.close();
    expect(await closed).toBeUndefined();
    client.close();
  });

  it('sends what was written before close', async () => {
    const path = join(folder, 's');
    const size = 300_000;
    const received = Promise.withResolvers<string>();
    const listener = await listen({ path }, path, (stream) => void textOf(stream, size).then(received.resolve));
    const client = await streams.connectUnix(path);
    client.write(new Uint8Array(size).fill(65));
    client.close();
    expect((await received.promise).length).toBe(size);
    await listener.close();
  });

  it('names the errno when nobody is there', async () => {
    await expect(streams.connectUnix(join(folder, 'none'))).rejects.toMatchObject({ name: 'HostError', code: 'ENOENT' });
  });

  it('refuses a TCP port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(streams.listenTcp(port, () => undefined)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
    const listener = await streams.listenTcp(port, () => undefined);
    await listener.close();
  });

  it('answers a client that has ended its side, on a socket of its own permissions', async () => {
    const path = join(folder, 's');
    await writeFile(path, 'what a dead process left');
    const before = process.umask();
    const listener = await streams.listenUnix(path, 0o600, (stream) => {
      let text = '';
      stream.onData((bytes) => {
        text += new TextDecoder().decode(bytes);
      });
      stream.onEnd(() => {
        stream.write(new TextEncoder().encode(`${text}!`));
        stream.close();
      });
    });
    expect([(await stat(path)).mode & 0o777, process.umask()]).toEqual([0o600, before]);
    const client = await streams.connectUnix(path);
    const closed = new Promise((resolve) => client.onClose(resolve));
    const answer = textOf(client, 6);
    client.write(new TextEncoder().encode('hello'));
    client.finish();
    expect(await answer).toBe('hello!');
    expect(await closed).toBeUndefined();
    await listener.close();
  });

  it('stops listening when closed', async () => {
    const path = join(folder, 's');
    await (await listen({ path }, path, () => undefined)).close();
    await expect(streams.connectUnix(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('clock', () => {
  it('ends a sleep early when its condition settles', async () => {
    await systemClock.sleep(3_600_000, Promise.resolve());
    await systemClock.sleep(3_600_000, Promise.reject(new Error('settled too')));
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThan(0);
  });
});
