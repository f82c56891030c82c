import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleReader } from '../../../test/support/console-reader.ts';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { ConsoleHub } from './console-hub.ts';
import { telnetServer } from './telnet-stream.ts';

const hubs: ConsoleHub[] = [];
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close();
});

/** A console whose far ends turn up in `consoles`, one for each connection. */
function consoleSource(history = '') {
  const consoles: ByteStream[] = [];
  const arrivals: PromiseWithResolvers<ByteStream>[] = [];
  const source = {
    async connect() {
      const [near, far] = await streamPair();
      consoles.push(far);
      arrivals.shift()?.resolve(far);
      return near;
    },
    history: async () => encodeUtf8(history),
  };
  const next = () => {
    const arrival = Promise.withResolvers<ByteStream>();
    arrivals.push(arrival);
    return arrival.promise;
  };
  return { source, next };
}

function hubOver(source: ConstructorParameters<typeof ConsoleHub>[0]): ConsoleHub {
  const hub = new ConsoleHub(source, systemClock);
  hubs.push(hub);
  return hub;
}

async function look(hub: ConsoleHub): Promise<[ConsoleReader, ByteStream]> {
  const [near, far] = await streamPair();
  hub.attach(far);
  const reader = new ConsoleReader(near);
  return [reader, near];
}

describe('console hub', () => {
  it('shows the same to all, the past first, and carries what any of them types', async () => {
    const { source, next } = consoleSource('booted\r\n');
    const hub = hubOver(source);
    const arrival = next();
    hub.connect();
    hub.connect();
    const far = await arrival;
    const [one] = await look(hub);
    far.write(encodeUtf8('login: '));
    expect(await one.shows('login: ')).toBe('booted\r\nlogin: ');
    const [two, keyboard] = await look(hub);
    expect(await two.shows('login: ')).toBe('booted\r\nlogin: ');
    const typed = new ConsoleReader(far);
    keyboard.write(encodeUtf8('root\r'));
    await typed.shows('root\r');
  });

  it('keeps viewers and what they type while the console is away', async () => {
    const { source, next } = consoleSource();
    const hub = hubOver(source);
    const first = next();
    hub.connect();
    const before = await first;
    const [viewer, keyboard] = await look(hub);
    before.write(encodeUtf8('one\r\n'));
    await viewer.shows('one');
    const second = next();
    before.close();
    (await second).write(encodeUtf8('two\r\n'));
    expect(await viewer.shows('two')).toBe('one\r\ntwo\r\n');
    hub.disconnect();
    keyboard.write(encodeUtf8('typed early'));
    const third = next();
    hub.connect();
    const typed = new ConsoleReader(await third);
    await typed.shows('typed early');
  });

  it('lets a slow viewer miss output, says so, and holds up nobody', async () => {
    const { source, next } = consoleSource();
    const hub = hubOver(source);
    const arrival = next();
    hub.connect();
    const far = await arrival;
    const [slow, slowFar] = await streamPair();
    hub.attach(slowFar);
    const [quick] = await look(hub);
    const line = encodeUtf8(`${'x'.repeat(65_534)}\r\n`);
    for (let count = 0; count < 64; count++) far.write(line);
    far.write(encodeUtf8('the end'));
    expect((await quick.shows('the end')).length).toBe(64 * line.length + 7);
    const late = new ConsoleReader(slow);
    const seen = await late.shows('the end');
    expect(seen).toMatch(/\[weft: \d+ bytes were skipped\]/);
    expect(seen.length).toBeLessThan(64 * line.length);
  });

  it('tries again until the console is there, and stops when it should', async () => {
    const { source } = consoleSource();
    let attempts = 0;
    const gate = Promise.withResolvers<void>();
    const hub = hubOver({
      connect: () => {
        attempts += 1;
        if (attempts < 3) return Promise.reject(new Error('not yet'));
        gate.resolve();
        return source.connect();
      },
    });
    hub.connect();
    await gate.promise;
    hub.disconnect();
    expect(hub.connected).toBe(false);
    expect(attempts).toBe(3);
  });

  it('serves telnet clients', async () => {
    const { source, next } = consoleSource();
    const hub = hubOver(source);
    const arrival = next();
    hub.connect();
    const far = await arrival;
    const [client, near] = await streamPair();
    hub.attach(telnetServer(near));
    const received: number[] = [];
    client.onData((bytes) => received.push(...bytes));
    const typed = new ConsoleReader(far);
    client.write(Uint8Array.of(255, 253, 1, 108, 115, 13, 0));
    expect(await typed.shows('\r')).toBe('ls\r');
    far.write(Uint8Array.of(97, 255, 98));
    await expect.poll(() => received).toEqual([255, 251, 1, 255, 251, 3, 97, 255, 255, 98]);
  });
});
