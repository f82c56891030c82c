import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/lab-command.ts';
import { type MemoryLab, memoryLab } from '../../../../test/support/memory-lab.ts';
import { RECORDED } from '../../../../test/support/recorded-exchanges.ts';
import type { Clock } from '../../../boundary/clock.ts';
import type { Listener } from '../../../boundary/streams.ts';
import { systemClock } from '../../../host/clock.ts';
import { systemStreams } from '../../../host/streams.ts';
import { QubesClient } from '../client/qubes-client.ts';
import { qubesSocket, readingSocket } from '../sockets.ts';
import type { QubesEvent } from '../wire/event.ts';
import { LONGEST_REQUEST } from '../wire/request.ts';
import { serveQubes } from './qubes-server.ts';

let run = '';
let lab: MemoryLab;
let server: Listener;
const bugs: unknown[] = [];
const log: string[] = [];

async function serve(clock: Clock = systemClock): Promise<void> {
  server = await serveQubes({
    streams: systemStreams,
    clock,
    lab,
    run,
    bug: (failure) => bugs.push(failure),
    log: (message) => log.push(message),
  });
}

/** Time that passes a hundred times as fast. */
const hasty: Clock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, until) => systemClock.sleep(milliseconds / 100, until),
};

beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'weft-qubesd-'));
  lab = memoryLab();
  bugs.length = 0;
  log.length = 0;
});
afterEach(async () => {
  await server.close();
  await rm(run, { recursive: true });
});

/** A client that sends what it is told to, and hears all there is to hear until the end. */
class RawClient {
  readonly socket: Socket;
  readonly all: Promise<string>;
  text = '';

  constructor(path = qubesSocket(run)) {
    this.socket = connect({ path, allowHalfOpen: true });
    this.socket.setEncoding('utf8');
    this.socket.on('data', (piece: string) => {
      this.text += piece;
    });
    this.all = new Promise((resolve) => {
      this.socket.on('error', () => undefined);
      this.socket.once('end', () => this.socket.end());
      this.socket.once('close', () => resolve(this.text));
    });
  }
}

const answerTo = async (request: string | Uint8Array, path?: string) => {
  const client = new RawClient(path);
  client.socket.end(request);
  return await client.all;
};

describe('the server of the Admin API', () => {
  it('listens on two sockets that are for their owner alone, and one of them changes nothing', async () => {
    await serve();
    const modes = await Promise.all([qubesSocket(run), readingSocket(run)].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o600, 0o600]);
    expect(await answerTo(RECORDED.netvm.request, readingSocket(run))).toBe(RECORDED.netvm.reply);
    expect(await answerTo(RECORDED.netvmNone.request, readingSocket(run))).toMatch(
      /^2\0QubesReadOnlyError\0\0admin.vm.property.Set /,
    );
    expect(await answerTo(RECORDED.netvm.request)).toBe(RECORDED.netvm.reply);
    expect(await answerTo(RECORDED.netvmNone.request)).toBe('0\0');
    expect(await answerTo(RECORDED.netvm.request)).toBe('0\0default=False type=vm ');
  });

  it('begins when the client has ended its side, however the request is cut', async () => {
    await serve();
    const client = new RawClient();
    for (const character of RECORDED.featureSet.request) {
      client.socket.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answerTo(RECORDED.featureGet.request)).toBe(RECORDED.featureGet.reply);
    await call('admin.vm.feature.Remove', 'foo');
    expect(client.text).toBe('');
    client.socket.end();
    expect(await client.all).toBe('0\0');
    expect(await answerTo(RECORDED.featureGet.request)).toBe(RECORDED.featureGet.reply);
  });

  const call = async (method: string, argument: string) => {
    const client = new QubesClient({ connect: () => systemStreams.connectUnix(qubesSocket(run)), clock: systemClock });
    await client.call(method, 'work', { argument });
  };

  it('takes 65536 bytes, and drops what is longer or no request without a byte', async () => {
    await serve();
    const header = 'admin.vm.notes.Set+ dom0 name work\0';
    const long = header + 'n'.repeat(LONGEST_REQUEST - header.length);
    expect(await answerTo(long)).toBe('0\0');
    expect(lab.view().nodes.get('work')?.attributes['qn_notes']?.length).toBe(LONGEST_REQUEST - header.length);
    const dropped = [
      `${long}n`,
      'n'.repeat(10_000_000),
      '',
      'admin.vm.List',
      'admin.vm.List+ dom0 name\0',
      'GET / HTTP/1.1\r\n\r\n',
    ];
    expect(await Promise.all(dropped.map((request) => answerTo(request)))).toEqual(dropped.map(() => ''));
  });

  it('drops who sends nothing, and who does not read, once it has waited long enough', async () => {
    const late = Promise.withResolvers<void>();
    await serve({
      now: () => 0,
      sleep: (_, until) => Promise.race([late.promise, until?.catch(() => undefined)]).then(() => undefined),
    });
    const silent = new RawClient();
    silent.socket.write('admin.vm.List+ dom0');
    const deaf = connect({ path: qubesSocket(run), allowHalfOpen: true });
    deaf.on('error', () => undefined);
    const ended = new Promise((resolve) => deaf.once('close', resolve));
    deaf.end(RECORDED.list.request);
    expect(await answerTo(RECORDED.netvm.request)).toBe(RECORDED.netvm.reply);
    late.resolve();
    expect(await silent.all).toBe('');
    deaf.resume();
    await ended;
  });

  it('tells events to those who follow, of one qube to those who follow that, until they go', async () => {
    await serve(hasty);
    const connecting = () => systemStreams.connectUnix(qubesSocket(run));
    const client = new QubesClient({ connect: connecting, clock: systemClock });
    const enough = Promise.withResolvers<void>();
    const all: QubesEvent[] = [];
    const some: QubesEvent[] = [];
    const following = [
      client.follow('dom0', { tell: (event) => all.push(event), until: enough.promise }),
      client.follow('work', { tell: (event) => some.push(event), until: enough.promise }),
    ];
    await eventually(() => lab.followers === 2, 'two followers');
    await client.setFeature('work', 'f', '1');
    await client.setFeature('personal', 'f', '1');
    const names = (events: readonly QubesEvent[]) => events.map(({ subject, event }) => `${subject} ${event}`);
    await eventually(() => all.length === 5 && some.length === 3, 'all events');
    const ofWork = ['work domain-feature-pre-set:f', 'work domain-feature-set:f'];
    expect(names(some)).toEqual([' connection-established', ...ofWork]);
    expect(names(all)).toEqual([
      ' connection-established',
      ...ofWork,
      'personal domain-feature-pre-set:f',
      'personal domain-feature-set:f',
    ]);
    enough.resolve();
    await Promise.all(following);
    await eventually(() => lab.followers === 0, 'nobody who follows');
  });

  it('drops a follower that does not read, and bothers no other', async () => {
    await serve(hasty);
    const deaf = connect({ path: qubesSocket(run), allowHalfOpen: true });
    deaf.on('error', () => undefined);
    deaf.end('admin.Events+ dom0 name dom0\0');
    await eventually(() => lab.followers === 1, 'a follower');
    const reader = new RawClient();
    reader.socket.end('admin.Events+ dom0 name dom0\0');
    await eventually(() => lab.followers === 2, 'two followers');
    const reason = 'x'.repeat(1000);
    let told = 0;
    await eventually(async () => {
      for (let at = 0; at < 200; at += 1)
        lab.tell({ kind: 'node', node: 'work', state: 'failed', reason: `${told++} ${reason}` });
      await new Promise((resolve) => setImmediate(resolve));
      return lab.followers === 1;
    }, 'one follower less');
    await eventually(() => reader.text.includes(`\0${told - 1} x`), 'the last event');
    expect(reader.text.match(/domain-start-failed/g)?.length).toBe(told);
    reader.socket.destroy();
    deaf.destroy();
    await eventually(() => lab.followers === 0, 'nobody who follows');
  });

  it('serves hundreds at once, each as if it were alone', async () => {
    await serve();
    const tags = Array.from({ length: 300 }, (_, at) => `t${at}`);
    const answers = await Promise.all(tags.map((tag) => answerTo(`admin.vm.feature.Set+${tag} dom0 name work\0${tag}`)));
    expect(new Set(answers)).toEqual(new Set(['0\0']));
    const values = await Promise.all(tags.map((tag) => answerTo(`admin.vm.feature.Get+${tag} dom0 name work\0`)));
    expect(values).toEqual(tags.map((tag) => `0\0${tag}`));
  });

  it('does without a socket whose path is too long, and says so', async () => {
    // 107 bytes are the most (unix(7)): here the longer of the two names is too long.
    const deep = join(run, 'x'.repeat(107 - '/qubesd.sock'.length - run.length - 1));
    await mkdir(deep);
    run = deep;
    await serve();
    expect(await answerTo(RECORDED.netvm.request)).toBe(RECORDED.netvm.reply);
    expect(log).toEqual([expect.stringMatching(/^the Admin API is not served here: cannot listen on .*qubesd-read.sock: /)]);
  });

  it('answers nothing where it fails itself, and says so to whoever keeps it', async () => {
    await serve();
    lab.view = () => {
      throw new Error('a mistake');
    };
    expect(await answerTo(RECORDED.list.request)).toBe('');
    expect(bugs).toEqual([new Error('a mistake')]);
  });
});
