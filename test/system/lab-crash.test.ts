import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const tap = `wlc${randomBytes(3).toString('hex')}`;

const guests = `graph crash {
  node [shape=record];
  a [label="a", qn_template="small"];
  b [label="b", qn_template="small"];
  n [label="n", qn_template="namespace"];
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  a:eth1 -- n:eth0 [qn_tailip="10.2.0.1/24", qn_headip="10.2.0.2/24"];
}`;

/** A ring of namespaces, and a link to the machine where that may be. */
const ring = (size: number, host: boolean) => `graph ring {
  node [shape=record];
  qn_template="namespace";
  ${Array.from({ length: size }, (_, at) => `r${at}:next -- r${(at + 1) % size}:back [qn_tailip="10.9.${at}.1/24", qn_headip="10.9.${at}.2/24"];`).join('\n  ')}
  ${host ? `host [label="host | { <${tap}> ${tap} }"];\n  host:${tap} -- r0:out [qn_tailip="10.8.0.1/24", qn_headip="10.8.0.2/24"];` : ''}
}`;

const skip = (what: string, reason: string | undefined) => {
  if (reason !== undefined) process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return reason !== undefined;
};

/** Kills one process of the fixture's labs with SIGKILL, found by a word of its command line. */
function kill(weft: LabFixture, word: string): void {
  const found = processesOf(weft.folder).filter(({ words }) => words.includes(word));
  expect(found.length, `processes with ${word}`).toBeGreaterThan(0);
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
}

const pidsOf = async (weft: LabFixture, directory: string) =>
  Object.fromEntries((await weft.status(directory)).nodes.map(({ name, pid }) => [name, pid]));

describe.each<Holder>(['root', 'user'])('guests in a lab where processes are killed, as %s', (holder) => {
  describe.skipIf(skip(`killing as ${holder}`, noQemu ?? holderLacks(holder)))('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    let before: Record<string, number | undefined>;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'crash/topology.dot.in': guests });
      await weft.ok(directory, 'up');
    });

    beforeEach(async () => {
      before = await pidsOf(weft, directory);
      expect(Object.values(before)).not.toContain(undefined);
    });

    afterAll(() => weft.end());

    it('shows a killed machine as lost, and start launches it again, wired as before', async () => {
      process.kill(before['b'] ?? 0, 'SIGKILL');
      await eventually(async () => (await weft.ok(directory, 'status')).match(/^b .*lost/m), 'b to be lost');
      const lost = (await weft.status(directory)).nodes.find(({ name }) => name === 'b');
      expect(lost).toMatchObject({ state: 'lost', reason: expect.stringContaining('SIGKILL') });
      const { code, stderr } = await weft.weft(directory, 'start', '--wait');
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Warn: b was lost and is launched again') });
      const after = await pidsOf(weft, directory);
      expect({ a: after['a'], n: after['n'] }).toEqual({ a: before['a'], n: before['n'] });
      expect(after['b']).not.toBe(before['b']);
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it('goes on when the engine is killed: the next command adopts all that runs', async () => {
      kill(weft, 'engine.cjs');
      expect(await pidsOf(weft, directory)).toEqual(before);
      expect(await weft.ok(directory, 'exec', 'a', 'hostname')).toBe('a\n');
      expect(await weft.ok(directory, 'console', 'a', '--', 'cat', '/proc/sys/kernel/hostname')).toBe('a\n');
      expect(await weft.ok(directory, 'exec', 'n', '--', 'cat', '/proc/self/comm')).toBe('cat\n');
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.pings(directory, 'n', '10.2.0.1');
      await weft.ok(directory, 'link', 'a', 'eth0', 'off');
      await weft.doesNotPing(directory, 'a', '10.1.0.2');
      kill(weft, 'engine.cjs');
      await weft.doesNotPing(directory, 'a', '10.1.0.2');
      await weft.ok(directory, 'link', 'a', 'eth0', 'on');
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it('goes on when the kernel worker is killed', async () => {
      kill(weft, 'kernel-worker.cjs');
      await eventually(async () => (await weft.weft(directory, 'status')).code === 0, 'an engine that answers');
      expect(await pidsOf(weft, directory)).toEqual(before);
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.pings(directory, 'n', '10.2.0.1');
      await weft.ok(directory, 'link', 'n', 'eth0', 'off');
      await weft.doesNotPing(directory, 'n', '10.2.0.1');
      await weft.ok(directory, 'link', 'n', 'eth0', 'on');
      await weft.pings(directory, 'n', '10.2.0.1');
    });

    it('sees that a machine died while no engine was there', async () => {
      kill(weft, 'engine.cjs');
      process.kill(before['b'] ?? 0, 'SIGKILL');
      const lost = (await weft.status(directory)).nodes.find(({ name }) => name === 'b');
      expect(lost?.state).toBe('lost');
      await weft.ok(directory, 'start', '--wait', 'b');
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it('leaves nothing when everything was killed and then taken down', async () => {
      const anchor = Number(readFileSync(`${weft.folder}/run/weft/crash/anchor`, 'utf8'));
      process.kill(anchor, 'SIGKILL');
      await weft.ok(directory, 'down');
      await weft.nothingLeft();
      await weft.ok(directory, 'up');
    });

    it('leaves nothing when the engine was killed and the lab then taken down', async () => {
      kill(weft, 'engine.cjs');
      await weft.ok(directory, 'down');
      await weft.nothingLeft();
      await weft.ok(directory, 'up');
    });
  });
});

describe.each<Holder>(['root', 'user'])('a lab of namespaces, as %s', (holder) => {
  describe.skipIf(skip(`namespaces as ${holder}`, holderLacks(holder)))('(namespaces)', () => {
    const size = 200;
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'ring/topology.dot.in': ring(size, holder === 'root' && process.getuid?.() === 0) });
    });

    afterAll(() => weft.end());

    it.each([1, 60, 199])(
      'converges when engine and worker are killed in the middle of up, with %i nodes launched',
      async (some) => {
        const interrupted = weft.weft(directory, 'up');
        await eventually(() => nodesOf(weft) >= some, `${some} nodes`);
        kill(weft, 'engine.cjs');
        for (const { pid, words } of processesOf(weft.folder)) if (words.includes('kernel-worker')) process.kill(pid, 'SIGKILL');
        expect((await interrupted).stderr).not.toMatch(/^\s+at /m);
        await weft.ok(directory, 'up');
        const { nodes } = await weft.status(directory);
        expect(nodes.filter(({ state }) => state === 'running').length).toBe(size);
        expect(nodesOf(weft)).toBe(size);
        await weft.pings(directory, 'r0', '10.9.0.2');
        await weft.pings(directory, 'r0', `10.9.${size - 1}.1`);
        await weft.ok(directory, 'down');
        await weft.nothingLeft();
      },
    );

    it('is one lab when two commands bring it up at once', async () => {
      const both = await Promise.all([weft.weft(directory, 'up'), weft.weft(directory, 'up')]);
      expect(both.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0]);
      expect(processesOf(weft.folder).filter(({ words }) => words.includes('engine.cjs')).length).toBe(1);
      expect(nodesOf(weft)).toBe(size);
      for (const { stdout } of both) expect(stdout.match(/ running /g)?.length).toBe(size);
      await weft.pings(directory, 'r0', '10.9.0.2');
    });

    it('goes down when two commands take it down at once, and again when nothing runs', async () => {
      const both = await Promise.all([weft.weft(directory, 'down'), weft.weft(directory, 'down')]);
      expect(both.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0]);
      await weft.nothingLeft();
      const { code, stderr } = await weft.weft(directory, 'down');
      expect({ code, stderr: stderr.trim() }).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Info: /) });
      await weft.nothingLeft();
    });

    it('leaves nothing of what lies outside the sandbox when everything was killed', async () => {
      await weft.ok(directory, 'up');
      process.kill(Number(readFileSync(`${weft.folder}/run/weft/ring/anchor`, 'utf8')), 'SIGKILL');
      await weft.ok(directory, 'down');
      await weft.nothingLeft();
    });
  });
});

/** Processes that wait in namespaces. */
function nodesOf(weft: LabFixture): number {
  return processesOf(weft.folder).filter(({ environment }) => environment.includes('WEFT_NODE=')).length;
}
