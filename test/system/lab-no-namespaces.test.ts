import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { noQemu } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const guests = `graph barred {
  node [shape=record];
  qn_template="small";
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
}`;

const mixed = `graph mixed {
  node [shape=record];
  a [qn_template="small"];
  n [qn_template="namespace"];
  a:eth0 -- n:eth0;
}`;

const lacks = process.getuid?.() === 0 ? noQemu : 'only root can forbid a user to make namespaces';
if (lacks !== undefined) process.stdout.write(`skipped: labs without namespaces: ${lacks}\n`);

describe.skipIf(lacks !== undefined)('a user who may make no user namespaces', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture('user without namespaces');
    directory = weft.write({ 'barred/topology.dot.in': guests });
  });
  afterAll(() => weft.end());

  const ofLab = (word: string) => processesOf(weft.folder).filter(({ words }) => words.includes(word));
  const kill = (word: string) => {
    for (const { pid } of ofLab(word)) process.kill(pid, 'SIGKILL');
  };
  const pids = async () => (await weft.status(directory)).nodes.map(({ pid }) => pid);

  it('may really make none', async () => {
    expect((await weft.run(['unshare', '--user', 'true'])).code).not.toBe(0);
  });

  it('is told in one sentence which nodes need namespaces, and nothing is left', async () => {
    const folder = weft.write({ 'mixed/topology.dot.in': mixed });
    const { code, stderr } = await weft.weft(folder, 'up');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/n: .*namespace/) });
    expect(stderr).not.toMatch(/^\s+at /m);
    await weft.ok(folder, 'down');
    await weft.nothingLeft();
  });

  it('has labs of virtual machines, which reach each other and see each other’s cables', async () => {
    await weft.ok(directory, 'up');
    await weft.pings(directory, 'a', '10.1.0.2');
    await weft.ok(directory, 'link', 'b', 'eth0', 'off');
    await weft.doesNotPing(directory, 'a', '10.1.0.2');
    expect((await weft.ok(directory, 'exec', 'a', '--', 'cat', '/sys/class/net/eth0/carrier')).trim()).toBe('0');
    await weft.ok(directory, 'link', 'b', 'eth0', 'on');
    await weft.pings(directory, 'a', '10.1.0.2');
    const told = await weft.ok(directory, 'events', '--kind', 'carrier', '--no-follow');
    expect(told).toMatch(/carrier a:eth0 +down +unplugged/);
    expect(told).toMatch(/carrier b:eth0 +up/);
  });

  it('has them go on when the engine is killed', async () => {
    const before = await pids();
    kill('engine.cjs');
    expect(await pids()).toEqual(before);
    await weft.pings(directory, 'b', '10.1.0.1');
  });

  it('keeps a lab whose anchor was killed as long as its engine answers; gc ends what is left once it does not', async () => {
    const before = await pids();
    process.kill(Number(readFileSync(`${weft.folder}/run/weft/barred/anchor`, 'utf8')), 'SIGKILL');
    const cache = { environment: { XDG_CACHE_HOME: `${weft.folder}/own-cache` } };
    expect((await weft.run(['weft', 'gc'], cache)).stdout).toBe('');
    expect(await pids()).toEqual(before);
    kill('engine.cjs');
    await eventually(() => ofLab('engine.cjs').length === 0, 'the end of the engine');
    const { code, stdout } = await weft.run(['weft', 'gc'], cache);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^process +barred +\d+ qemu/m) });
    await weft.nothingLeft();
  });
});
