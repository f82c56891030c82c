import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECORDED, RECORDED_EVENTS, type RecordedExchange } from '../../../../test/support/recorded-exchanges.ts';
import type { HalfCloseStream, Listener } from '../../../boundary/streams.ts';
import { systemClock } from '../../../host/clock.ts';
import { systemStreams } from '../../../host/streams.ts';
import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';
import type { QubesEvent } from '../wire/event.ts';
import { QubesClient } from './qubes-client.ts';

let folder = '';
let listener: Listener | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-qubes-client-'));
});
afterEach(async () => {
  await listener?.close();
  listener = undefined;
  await rm(folder, { recursive: true });
});

const path = () => join(folder, 'qubesd.sock');
const client = () => new QubesClient({ connect: () => systemStreams.connectUnix(path()), clock: systemClock });

/** A daemon that plays recorded answers, each to its own request alone, and an empty one to any other. Gives the requests that came. */
async function playing(exchanges: readonly RecordedExchange[]): Promise<string[]> {
  const requests: string[] = [];
  const serve = (stream: HalfCloseStream) => {
    let request = '';
    stream.onData((bytes) => {
      request += decodeUtf8(bytes);
    });
    stream.onEnd(() => {
      requests.push(request);
      const found = exchanges.find((exchange) => exchange.request === request);
      if (found !== undefined) stream.write(encodeUtf8(found.reply));
      stream.close();
    });
  };
  listener = await systemStreams.listenUnix(path(), 0o600, serve);
  return requests;
}

describe('the client of the Admin API', () => {
  it('sends what the genuine client sends, and reads what the genuine daemon answers', async () => {
    await playing(Object.values(RECORDED));
    const qubes = client();
    expect((await qubes.list()).map(({ name }) => name)).toEqual(['dom0', 'work']);
    await qubes.setFeature('work', 'foo', 'bar');
    expect(await qubes.feature('work', 'foo')).toBe('bar');
    expect(await qubes.feature('work', 'nosuch')).toBeUndefined();
    expect(await qubes.lines('admin.vm.feature.List', 'work')).toEqual(['foo', 'empty']);
    expect(await qubes.property('work', 'netvm')).toEqual({ isDefault: true, type: 'vm', value: 'sys-firewall' });
    expect(await qubes.property('dom0', 'default_netvm')).toEqual({ isDefault: false, type: 'vm', value: 'sys-firewall' });
    expect(await qubes.propertyDefault('work', 'netvm')).toEqual({ isDefault: true, type: 'vm', value: 'sys-firewall' });
    await qubes.setProperty('work', 'netvm', '');
    expect((await qubes.currentState('work')).powerState).toBe('Halted');
    await qubes.shutdown('sys-net', { force: true, wait: true });
    expect(await qubes.hasTag('work', 'foo')).toBe(true);
    await qubes.setFirewall('work', ['action=accept', 'action=accept proto=tcp dst4=1.2.3.4/32 dstports=80-80']);
    await qubes.create('AppVM', { name: 'x3', label: 'red', template: 'tmpl' });
    expect(await qubes.lines('admin.label.List')).toContain('purple');
  });

  it('rejects with the type that the daemon names, and says so where it says nothing', async () => {
    await playing(Object.values(RECORDED));
    await expect(client().shutdown('sys-net')).rejects.toMatchObject({
      name: 'QubesError',
      type: 'QubesVMInUseError',
      message: 'There are other VMs connected to this VM: sys-firewall',
    });
    await expect(client().call('admin.vm.Nothing', 'work', { argument: 'a' })).rejects.toMatchObject({
      type: 'QubesDaemonAccessError',
      message: 'Got empty response from qubesd to admin.vm.Nothing+a for work',
    });
  });

  it('rejects with the errno where there is no daemon', async () => {
    await expect(client().list()).rejects.toMatchObject({ name: 'HostError', code: 'ENOENT' });
  });

  it('makes do with a daemon that knows neither GetAll nor CurrentState nor waiting', async () => {
    const requests = await playing([
      { request: 'admin.vm.property.List+ dom0 name work\0', reply: '0\0netvm\nmemory\n' },
      RECORDED.netvm,
      RECORDED.memory,
      { request: 'admin.vm.List+ dom0 name work\0', reply: '0\0work class=AppVM state=Halted\n' },
      { request: 'admin.vm.Shutdown+ dom0 name work\0', reply: '0\0' },
    ]);
    expect([...(await client().properties('work')).keys()]).toEqual(['netvm', 'memory']);
    expect((await client().currentState('work')).powerState).toBe('Halted');
    requests.length = 0;
    await client().shutdown('work', { wait: true });
    expect(requests.slice(0, 2)).toEqual(['admin.vm.Shutdown+wait dom0 name work\0', 'admin.vm.Shutdown+ dom0 name work\0']);
    await expect(client().shutdown('work', { force: true })).rejects.toMatchObject({ type: 'QubesDaemonAccessError' });
  });

  it('follows events over connections that are lost, until it has enough', async () => {
    const exchanges = [{ request: 'admin.Events+ dom0 name dom0\0', reply: RECORDED_EVENTS }];
    await playing(exchanges);
    const events: QubesEvent[] = [];
    const enough = Promise.withResolvers<void>();
    const tell = (event: QubesEvent) => {
      events.push(event);
      if (events.length === 6) enough.resolve();
    };
    await client().follow('dom0', { tell, until: enough.promise });
    const names = ['connection-established', 'domain-pre-start'];
    expect(events.map(({ event }) => event)).toEqual([...names, ...names, ...names]);
  });

  it('does not follow where the daemon refuses', async () => {
    await playing([
      { request: 'admin.Events+ dom0 name x\0', reply: "2\0QubesVMNotFoundError\0\0No such domain: 'x'\0" },
      { request: 'admin.Events+ dom0 name y\0', reply: '' },
    ]);
    const follower = { tell: () => undefined, until: new Promise(() => undefined) };
    await expect(client().follow('x', follower)).rejects.toMatchObject({ type: 'QubesVMNotFoundError' });
    await expect(client().follow('y', follower)).rejects.toMatchObject({ type: 'QubesDaemonAccessError' });
  });
});
