import { describe, expect, it } from 'vitest';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { JsonLines, type JsonObject, parseObject } from './json-lines.ts';
import { QmpClient, type QmpEvent } from './qmp.ts';

const GREETING = '{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}\r\n';

/** The far end: answers qmp_capabilities, and leaves the rest to `answer`. */
function speak(stream: ByteStream, answer: (request: JsonObject, send: (text: string) => void) => void): void {
  const send = (text: string) => stream.write(encodeUtf8(text));
  const lines = new JsonLines(
    10_000,
    (line) => {
      const request = parseObject(line) ?? {};
      if (request['execute'] === 'qmp_capabilities') send(`{"return": {}, "id": ${String(request['id'])}}\r\n`);
      else answer(request, send);
    },
    () => undefined,
  );
  stream.onData((bytes) => lines.push(bytes));
  send(GREETING);
}

async function connected(answer: (request: JsonObject, send: (text: string) => void) => void): Promise<[QmpClient, ByteStream]> {
  const [near, far] = await streamPair();
  speak(far, answer);
  return [await QmpClient.open(near, systemClock), far];
}

describe('QMP', () => {
  it('matches answers to requests by id, whatever their order', async () => {
    const asked: JsonObject[] = [];
    const [client] = await connected((request, send) => {
      asked.push(request);
      if (asked.length < 2) return;
      for (const one of asked.toReversed()) send(`{"return": ${JSON.stringify(one['arguments'])}, "id": ${String(one['id'])}}\n`);
    });
    const both = await Promise.all([client.execute('a', { name: 'ä' }), client.execute('b', { n: 2 })]);
    expect(both).toEqual([{ name: 'ä' }, { n: 2 }]);
    client.close();
  });

  it('tells of events', async () => {
    const [client, far] = await connected((request, send) => send(`{"return": {}, "id": ${String(request['id'])}}\n`));
    const seen: QmpEvent[] = [];
    client.onEvent((event) => seen.push(event));
    far.write(encodeUtf8('{"event": "STOP", "timestamp": {}}\n{"event": "DEVICE_DELETED", "data": {"device": "n"}}\n'));
    await client.execute('query-status');
    expect(seen).toEqual([
      { name: 'STOP', data: {} },
      { name: 'DEVICE_DELETED', data: { device: 'n' } },
    ]);
    client.close();
  });

  it('gives a refusal its class and its words', async () => {
    const [client] = await connected((request, send) =>
      send(`{"error": {"class": "DeviceNotFound", "desc": "no x"}, "id": ${String(request['id'])}}\n`),
    );
    await expect(client.execute('set_link')).rejects.toMatchObject({
      name: 'HostError',
      code: 'DeviceNotFound',
      message: 'QEMU refused set_link: no x',
    });
    client.close();
  });

  it('gives up at the deadline and survives the late answer', async () => {
    const requests: (() => void)[] = [];
    const [client] = await connected((request, send) => {
      const answer = () => send(`{"return": "${String(request['execute'])}", "id": ${String(request['id'])}}\n`);
      if (request['execute'] === 'slow') requests.push(answer);
      else for (const one of [...requests, answer]) one();
    });
    await expect(client.execute('slow', undefined, { deadline: 20 })).rejects.toMatchObject({ code: 'timeout' });
    expect(await client.execute('fast')).toBe('fast');
    client.close();
  });

  it('fails what is under way and what comes later when QEMU goes away', async () => {
    const [client, far] = await connected(() => far.close());
    const closed = new Promise<void>((resolve) => client.onClose(resolve));
    await expect(client.execute('quit')).rejects.toMatchObject({ code: 'closed' });
    await closed;
    expect(client.closed).toBe(true);
    await expect(client.execute('query-status')).rejects.toMatchObject({ code: 'closed' });
  });

  it('ends the connection at a line without end', async () => {
    const [client] = await connected((_, send) => send(`${'x'.repeat(5 * 1024 * 1024)}\n`));
    await expect(client.execute('query-status')).rejects.toMatchObject({ code: 'protocol' });
  });

  it('says so when nobody greets', async () => {
    const [near] = await streamPair();
    await expect(QmpClient.open(near, systemClock, 20)).rejects.toMatchObject({ code: 'timeout' });
  });
});
