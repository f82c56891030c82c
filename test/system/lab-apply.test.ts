import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabPlan } from '../../src/plan/lab-plan.ts';
import { stepText } from '../../src/plan/step-text.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const tutorial = readFileSync(join(import.meta.dirname, '../../examples/tutorial/topology.dot.in'), 'utf8');
/** Without client2; its link to the server is client3's, who is new and also has one to client1. */
const edited = tutorial
  .replace(/client2 \[.*\n/, 'client3;\n')
  .replace('server:eth1 -- client2:eth0;', 'server:eth1 -- client3:eth0;\n    client1:eth1 -- client3:eth1;');

const skip = (what: string, reason: string | undefined) => {
  if (reason !== undefined) process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return reason !== undefined;
};

const nothingToDo = 'nothing to do: the lab is as the file says';

/** A lab in the folder `lab` of a fixture, as its tests change it. */
class EditedLab {
  readonly weft: LabFixture;
  readonly directory: string;

  constructor(weft: LabFixture, text: string) {
    this.weft = weft;
    this.directory = weft.write({ 'lab/topology.dot.in': text });
  }

  write(text: string): void {
    this.weft.write({ 'lab/topology.dot.in': text });
  }

  ok(...words: string[]): Promise<string> {
    return this.weft.ok(this.directory, ...words);
  }

  async plan(...words: string[]): Promise<LabPlan> {
    return JSON.parse((await this.weft.weft(this.directory, 'plan', '--json', ...words)).stdout) as LabPlan;
  }

  /** The steps of a plan as people read them, without reasons. */
  async steps(...words: string[]): Promise<string[]> {
    return (await this.plan(...words)).steps.map(stepText);
  }

  /** Applies, and gives the exit code and what became of each step. */
  async apply(...words: string[]): Promise<{ code: number | null; stderr: string; done: string[] }> {
    const { code, stdout, stderr } = await this.weft.weft(this.directory, 'apply', ...words);
    return {
      code,
      stderr,
      done:
        stdout.trim() === ''
          ? []
          : stdout
              .trim()
              .split('\n')
              .map((line) => line.replace(/ +/g, ' ')),
    };
  }

  async pids(): Promise<Record<string, number | undefined>> {
    const { nodes } = await this.weft.status(this.directory);
    return Object.fromEntries(nodes.map(({ name, pid }) => [name, pid]));
  }

  /** MACs of the interfaces in a node, by name. */
  async macs(node: string): Promise<Record<string, string>> {
    const text = await this.ok('exec', node, '--', 'ip', '-br', 'link');
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .flatMap((line) => {
          const [name = '', , mac = ''] = line.split(/ +/);
          return name === 'lo' ? [] : [[name.replace(/@.*/, ''), mac]];
        }),
    );
  }

  async expectReached(...words: string[]): Promise<void> {
    expect(await this.plan(...words)).toMatchObject({ steps: [], nodes: [], losesCarrier: [] });
    const { code, stderr, done } = await this.apply(...words);
    expect({ code, stderr, done }).toEqual({ code: 0, stderr: expect.stringContaining(nothingToDo), done: [] });
  }
}

describe.each<Holder>(['root', 'user', 'user with tun'])('the running tutorial, edited, as %s', (holder) => {
  describe.skipIf(skip(`editing the tutorial as ${holder}`, noQemu ?? holderLacks(holder)))('(guests)', () => {
    let lab: EditedLab;
    let before: Record<string, number | undefined>;
    let macs: Record<string, Record<string, string>>;
    /** Without /dev/net/tun, links between guests are sockets of QEMU, which cannot be given another peer. */
    const replug = holder === 'user';

    beforeAll(async () => {
      lab = new EditedLab(await labFixture(holder), tutorial);
      await lab.ok('up', '--template', 'small');
      await lab.ok('exec', 'server', '--', 'ip', 'address', 'add', '10.0.1.1/24', 'dev', 'eth0');
      await lab.ok('exec', 'client1', '--', 'ip', 'address', 'add', '10.0.1.2/24', 'dev', 'eth0');
      await lab.weft.pings(lab.directory, 'server', '10.0.1.2');
      before = await lab.pids();
      macs = { server: await lab.macs('server'), client1: await lab.macs('client1') };
      await lab.ok(
        'exec',
        'server',
        '--',
        'sh',
        '-c',
        'ping -i 0.05 10.0.1.2 >/tmp/pings 2>&1 </dev/null & echo $! >/tmp/pinger',
      );
    });

    afterAll(() => lab.weft.end());

    it('has nothing to do at first', () => lab.expectReached());

    it('shows exactly the steps, the marks of the nodes and the ports that lose their carrier, and does nothing', async () => {
      lab.write(edited);
      const plan = await lab.plan();
      const sorted = plan.steps.map(stepText).sort();
      expect(sorted).toEqual(
        [
          'end client2',
          'disconnect server:eth1 -- client2:eth0',
          'connect server:eth1 -- client3:eth0',
          'connect client1:eth1 -- client3:eth1',
          'plug client1:eth1 in',
          ...(replug ? ['unplug server:eth1', 'plug server:eth1 in'] : []),
          'launch client3',
        ].sort(),
      );
      expect(plan).toMatchObject({ losesCarrier: ['server:eth1'], kept: [], lost: [], refused: [] });
      expect(Object.fromEntries(plan.nodes.map(({ node, change }) => [node, change]))).toEqual({
        client1: 'live',
        client2: 'remove',
        client3: 'start',
        server: 'live',
      });
      for (const { reason } of plan.steps) expect(reason).not.toBe('');
      const text = await lab.ok('plan');
      expect(text).toMatch(/^ *1 +end client2 +the topology has no node client2$/m);
      expect(text).toMatch(/^remove +client2$/m);
      expect(text).toMatch(/^live +server client1$/m);
      expect(text).toMatch(/^start +client3$/m);
      expect(text).toMatch(/^carrier +goes at server:eth1$/m);
      expect(await lab.ok('apply', '--dry-run')).toBe(text);
      expect(await lab.pids()).toEqual(before);
    });

    it('does not end a node unasked', async () => {
      for (const words of [[], ['--live']]) {
        const { code, stderr, done } = await lab.apply(...words);
        expect({ code, done }).toEqual({ code: 1, done: [] });
        expect(stderr).toContain('this would end client2; nothing was done');
      }
      expect(await lab.pids()).toEqual(before);
      expect(await lab.ok('exec', 'client1', '--', 'ls', '/sys/class/net')).not.toContain('eth1');
    });

    it('changes just that when it may: nothing else is restarted, and nothing lost on an untouched link', async () => {
      const planned = await lab.steps();
      const { code, done } = await lab.apply('--yes');
      expect(code).toBe(0);
      expect(done.map((line) => line.replace(/^done /, '')).sort()).toEqual(planned.sort());
      const after = await lab.pids();
      expect(after).toEqual({ server: before['server'], client1: before['client1'], client3: expect.any(Number) });
      expect(await lab.macs('server')).toEqual(macs['server']);
      expect(await lab.macs('client1')).toMatchObject(macs['client1'] ?? {});
      await expectNothingLost(lab);
    });

    it('has wired what was moved and what is new', async () => {
      const set = (node: string, port: string, address: string) =>
        lab.ok('exec', node, '--', 'ip', 'address', 'add', address, 'dev', port);
      await set('server', 'eth1', '10.0.2.1/24');
      await set('client3', 'eth0', '10.0.2.3/24');
      await set('client1', 'eth1', '10.0.3.1/24');
      await set('client3', 'eth1', '10.0.3.3/24');
      await lab.weft.pings(lab.directory, 'server', '10.0.2.3');
      await lab.weft.pings(lab.directory, 'client1', '10.0.3.3');
      await lab.expectReached();
    });

    it.runIf(holder === 'user')('tells of a link that an ordinary user may not have, and does the rest', async () => {
      lab.write(edited.replace(/\}\s*$/, '    server:eth2 -- host:tap0;\n    server:eth3 -- client1:eth2;\n}\n'));
      const may = "joins the machine's own network, which an ordinary user may not change";
      const plan = await lab.weft.weft(lab.directory, 'plan');
      expect(plan).toMatchObject({ code: 1, stdout: expect.stringMatching(new RegExp(`^refused +link .*${may}$`, 'm')) });
      const { code, stderr, done } = await lab.apply();
      expect(code).toBe(1);
      expect(stderr).toContain(may);
      expect(stderr).toContain('run weft as root');
      expect(done).toContain('done connect server:eth3 -- client1:eth2');
      expect(Object.keys(await lab.macs('server')).sort()).toEqual(['eth0', 'eth1', 'eth3']);
      expect(await lab.apply()).toMatchObject({ code: 1, done: [], stderr: expect.stringContaining(may) });
      const attach = await lab.weft.weft(lab.directory, 'attach', 'client1:eth9', 'host:tap9');
      expect(attach).toMatchObject({ code: 1, stderr: expect.stringContaining(may) });
      expect((await lab.plan()).kept).toEqual([]);
      lab.write(edited.replace(/\}\s*$/, '    server:eth3 -- client1:eth2;\n}\n'));
      await lab.expectReached();
    });
  });
});

/** Ends the pinger of the server, whose answers must be without a gap up to now. */
async function expectNothingLost(lab: EditedLab): Promise<void> {
  const answers = async () =>
    [...(await lab.ok('exec', 'server', '--', 'cat', '/tmp/pings')).matchAll(/seq=(\d+) /g)].map(([, number]) => Number(number));
  const soFar = (await answers()).length;
  expect(soFar).toBeGreaterThan(0);
  await eventually(async () => (await answers()).length > soFar + 5, 'answers after the change');
  await lab.ok('exec', 'server', '--', 'sh', '-c', 'kill $(cat /tmp/pinger)');
  const all = await answers();
  const first = all[0] ?? 0;
  expect(all).toEqual(all.map((_, at) => first + at));
}
