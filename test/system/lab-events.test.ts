import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LabEvent } from '../../src/model/lab-event.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';
import type { Terminal } from '../support/lab-terminal.ts';

const lab = `graph events {
  node [shape=record];
  qn_template="namespace";
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  b:eth1 -- c:eth0;
}`;

describe.each<Holder>(['root', 'user'])('events of a lab, as %s', (holder) => {
  const lacks = holderLacks(holder);
  if (lacks !== undefined) process.stdout.write(`skipped: events as ${holder}: ${lacks}\n`);

  describe.skipIf(lacks !== undefined)('(events)', () => {
    let weft: LabFixture;
    let directory: string;
    let follower: Terminal | undefined;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'events/topology.dot.in': lab });
    });
    afterAll(() => weft.end());
    beforeEach(() => weft.ok(directory, 'up'));
    afterEach(() => follower?.close());

    /** What a follower has printed so far, as JSON. */
    const told = (): readonly LabEvent[] =>
      (follower?.text ?? '').split(/\r?\n/).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LabEvent] : []));
    const follow = async (...words: readonly string[]) => {
      follower = weft.terminal(directory, `exec weft events --json --last 1 ${words.join(' ')}`);
      await eventually(() => told().length > 0, 'a first event');
    };
    const has = (wanted: Partial<Record<string, unknown>>) =>
      eventually(
        () => told().some((event) => Object.entries(wanted).every(([name, value]) => (event as never)[name] === value)),
        JSON.stringify(wanted),
      );
    const killed = (word: string) => {
      for (const { pid, words } of processesOf(weft.folder)) if (words.includes(word)) process.kill(pid, 'SIGKILL');
    };

    it('tells the life of nodes, and what becomes of their carriers and why', async () => {
      await follow();
      await weft.ok(directory, 'stop', 'b');
      for (const state of ['stopping', 'stopped']) await has({ kind: 'node', node: 'b', state });
      await has({ kind: 'carrier', node: 'a', port: 'eth0', state: 'down', reason: 'b does not run' });
      await weft.ok(directory, 'start', 'b');
      for (const state of ['launching', 'launched', 'ready']) await has({ kind: 'node', node: 'b', state });
      await has({ kind: 'carrier', node: 'a', port: 'eth0', state: 'up' });
      await weft.ok(directory, 'link', 'b', 'eth1', 'off');
      for (const [node, port] of [
        ['b', 'eth1'],
        ['c', 'eth0'],
      ])
        await has({ kind: 'carrier', node, port, state: 'down', reason: 'unplugged' });
      await weft.ok(directory, 'link', 'b', 'eth1', 'on');
      const pid = (await weft.status(directory)).nodes.find(({ name }) => name === 'c')?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await has({ kind: 'node', node: 'c', state: 'lost', reason: 'it was ended by SIGKILL' });
      const numbers = told().map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
      await weft.ok(directory, 'start', 'c');
    });

    it('tells what a node does to its own interface', async () => {
      await follow();
      await weft.ok(directory, 'exec', 'a', '--', 'ip', 'link', 'set', 'eth0', 'down');
      await has({ kind: 'carrier', node: 'a', port: 'eth0', state: 'down', reason: 'its interface was set down' });
      await has({ kind: 'carrier', node: 'b', port: 'eth0', state: 'down', reason: 'its other end is down or gone' });
      await weft.ok(directory, 'exec', 'a', '--', 'ip', 'link', 'set', 'eth0', 'up');
      await has({ kind: 'carrier', node: 'b', port: 'eth0', state: 'up' });
    });

    it('goes on with the next engine when one is killed, and says so', async () => {
      await follow();
      killed('engine.cjs');
      await eventually(() => follower?.text.includes('was started anew'), 'the follower to say so');
      await has({ kind: 'engine', state: 'adopted' });
      await weft.ok(directory, 'stop', 'c');
      await has({ kind: 'node', node: 'c', state: 'stopped' });
      await weft.ok(directory, 'start', 'c');
    });

    it('ends with 0 when the lab is taken down, and on Ctrl-C', async () => {
      await follow();
      follower?.type('\u0003');
      expect(await follower?.ended()).toBe(0);
      await follow();
      await weft.ok(directory, 'down');
      await eventually(() => follower?.text.includes('Lab events was taken down'), 'the follower to say so');
      expect(await follower?.ended()).toBe(0);
    });

    it('ends with 4 when the lab is gone', async () => {
      await follow();
      process.kill(Number(readFileSync(`${weft.folder}/run/weft/events/anchor`, 'utf8')), 'SIGKILL');
      expect(await follower?.ended()).toBe(4);
      expect(follower?.text).toContain('lab events is gone');
      await weft.ok(directory, 'down');
    });

    it('shows the past, of chosen nodes and kinds, in aligned columns', async () => {
      await weft.ok(directory, 'stop', 'b');
      await weft.ok(directory, 'start', 'b');
      const text = await weft.ok(directory, 'events', 'b', '--kind', 'node', '--last', '3', '--no-follow');
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ''));
      expect(lines).toEqual(['node    b        launching', 'node    b        launched', 'node    b        ready']);
      const { code, stderr } = await weft.weft(directory, 'events', '--kind', 'nonsense');
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nonsense') });
      expect(await weft.ok(directory, 'events', '--for', '0.2')).toBe('');
    });

    it('frees a client that goes, and is not held up by one that does not read', async () => {
      const body = JSON.stringify({ since: 0 });
      const sleepers = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socketPath = `${weft.folder}/run/weft/events/api.sock`;
          const outgoing = request({ socketPath, path: '/v1/events', method: 'POST', agent: false });
          outgoing.on('error', () => undefined);
          await new Promise<void>((resolve) => {
            outgoing.once('response', (answer) => {
              answer.on('error', () => undefined);
              answer.pause();
              resolve();
            });
            outgoing.end(body);
          });
          return outgoing;
        }),
      );
      for (let round = 0; round < 3; round++) {
        await weft.ok(directory, 'stop', 'b');
        await weft.ok(directory, 'start', 'b');
      }
      const [engine] = processesOf(weft.folder).filter(({ words }) => words.includes('engine.cjs'));
      const sockets = () =>
        readFileSync(`/proc/${engine?.pid}/net/unix`, 'utf8')
          .split('\n')
          .filter((line) => line.endsWith('/events/api.sock')).length;
      const before = sockets();
      expect(before).toBeGreaterThanOrEqual(sleepers.length);
      for (const sleeper of sleepers) sleeper.destroy();
      await eventually(() => sockets() <= before - sleepers.length, 'the connections to be gone');
      await weft.ok(directory, 'status');
    });
  });
});

if (noQemu !== undefined) process.stdout.write(`skipped: events of a guest: ${noQemu}\n`);

describe.skipIf(noQemu !== undefined)('events of a guest', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture();
    directory = weft.write({
      'guest/topology.dot.in':
        'graph guest { node [shape=record]; g [qn_template="small"]; n [qn_template="namespace"]; g:eth0 -- n:eth0; }',
    });
    await weft.ok(directory, 'up');
  });
  afterAll(() => weft.end());

  const past = async () => await weft.ok(directory, 'events', '--no-follow', '--kind', 'node,carrier');
  const tells = (pattern: RegExp) => eventually(async () => pattern.test(await past()), String(pattern));

  it('tells what its monitor does to it, and commands do, once each', async () => {
    for (const [word, state] of [
      ['stop', 'paused'],
      ['cont', 'unpaused'],
    ]) {
      const monitor = weft.terminal(directory, 'exec weft monitor g');
      await monitor.ask(word ?? '', /\(qemu\)/);
      await tells(new RegExp(`g +${state}$`, 'm'));
      monitor.close();
    }
    await weft.ok(directory, 'pause', 'g');
    await weft.ok(directory, 'unpause', 'g');
    await eventually(async () => (await past()).match(/g +unpaused$/gm)?.length === 2, 'the second time');
    expect((await past()).match(/g +paused$/gm)?.length).toBe(2);
  });

  it('tells that the guest has shut itself down, and what its peer sees', async () => {
    await weft.weft(directory, 'exec', 'g', '--', 'poweroff', '-f');
    await tells(/g +shutdown {2}the guest has shut itself down$/m);
    await tells(/g +lost {2}it ended with exit code 0$/m);
    await tells(/n:eth0 +down {2}g does not run$/m);
  });
});
