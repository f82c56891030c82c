import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../src/api/contract.ts';
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

/** Namespaces, and a guest that can be restarted. */
const mixed = `graph mixed {
  node [shape=record];
  qn_template="namespace";
  a; b; c;
  guest [qn_template="small", qn_mem="128M"];
  a:eth0 -- b:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  guest:eth0 -- a:eth1;
}
`;
const withLines = (text: string, ...lines: string[]) =>
  text.replace(/\}\n$/, `${lines.map((line) => `  ${line}\n`).join('')}}\n`);

describe.skipIf(skip('plans of a lab of namespaces and a guest', noQemu ?? holderLacks('root')))(
  'a lab of namespaces and a guest',
  () => {
    let lab: EditedLab;

    beforeAll(async () => {
      lab = new EditedLab(await labFixture('root'), mixed);
      await lab.ok('up');
    });

    afterAll(() => lab.weft.end());

    it('restarts a node whose memory changes only with consent, and goes on showing it until then', async () => {
      const before = await lab.pids();
      lab.write(withLines(mixed.replace('128M', '144M'), 'b:eth1 -- c:eth0;'));
      const plan = await lab.plan();
      expect(plan.nodes).toContainEqual({ node: 'guest', change: 'restart' });
      expect(plan.steps).toContainEqual({ action: 'restart', node: 'guest', reason: 'qn_mem is 128M and should be 144M' });
      expect(plan.losesCarrier).toEqual(['a:eth1']);
      const refused = await lab.apply();
      expect(refused).toEqual({
        code: 1,
        done: [],
        stderr: expect.stringContaining('this would restart guest; nothing was done'),
      });
      expect(await lab.pids()).toEqual(before);
      expect(Object.keys(await lab.macs('c'))).toEqual([]);
      const live = await lab.apply('--live');
      expect(live).toMatchObject({ code: 3, stderr: expect.stringContaining('restart guest is still to be done') });
      expect(live.done).toContain('pending restart guest');
      expect(Object.keys(await lab.macs('c'))).toEqual(['eth0']);
      expect(await lab.pids()).toEqual(before);
      expect(await lab.steps()).toEqual(['restart guest']);
      const { code, done } = await lab.apply('--yes');
      expect({ code, done }).toMatchObject({ code: 0, done: expect.arrayContaining(['done restart guest']) });
      const after = await lab.pids();
      expect({ ...after, guest: 0 }).toEqual({ ...before, guest: 0 });
      expect(after['guest']).not.toBe(before['guest']);
      await lab.expectReached();
    });

    it('takes from the file what concerns the named nodes alone', async () => {
      const next = withLines(mixed.replace('128M', '160M'), 'b:eth1 -- c:eth0;', 'd:eth0 -- c:eth1;', 'e:eth0 -- a:eth5;');
      lab.write(next);
      expect(await lab.steps('--only', 'd')).toEqual(['make the namespace d', 'connect d:eth0 -- c:eth1', 'launch d']);
      const { code, done } = await lab.apply('--only', 'd');
      expect({ code, done }).toMatchObject({ code: 0, done: expect.arrayContaining(['done launch d']) });
      expect(Object.keys(await lab.pids())).toEqual(expect.not.arrayContaining(['e']));
      expect((await lab.steps()).sort()).toEqual(
        ['restart guest', 'make the namespace e', 'connect e:eth0 -- a:eth5', 'launch e'].sort(),
      );
      lab.write(next.replace('160M', '144M'));
      await lab.apply('--yes');
      await lab.expectReached();
    });

    it('keeps what commands have changed, prints it as a file that changes nothing, and forgets it with --discard', async () => {
      const text = readFileSync(join(lab.directory, 'topology.dot.in'), 'utf8');
      const macs = async () => ({
        a: await lab.macs('a'),
        b: await lab.macs('b'),
        c: await lab.macs('c'),
        guest: await lab.macs('guest'),
      });
      const old = await macs();
      await lab.ok('create', 'f', '--namespace');
      await lab.ok('start', 'f');
      await lab.ok('attach', 'f:eth0', 'guest:eth1');
      await lab.ok('features', 'b', 'attach-network-to', 'c\nf frontend_mac=12:34:56:78:90:ab');
      await lab.ok('detach', 'd:eth0');
      const changed = await macs();
      expect(changed.guest).toMatchObject(old.guest);
      const { steps, kept, lost } = await lab.plan();
      expect({ steps, lost }).toEqual({ steps: [], lost: [] });
      expect(kept.toSorted()).toEqual([
        'link d:eth0--c:eth1 was detached',
        'link f:eth0--guest:eth1 was attached',
        'node b: feature.attach-network-to is c\\nf frontend_mac=12:34:56:78:90:ab',
        'node f was created',
      ]);
      const pids = await lab.pids();
      lab.write(await lab.ok('graph', '-T', 'dot'));
      await lab.expectReached();
      expect((await lab.plan()).kept).toEqual([]);
      expect(await macs()).toEqual(changed);
      lab.write(text);
      const refused = await lab.apply();
      expect(refused).toMatchObject({ code: 1, done: [], stderr: expect.stringContaining('this would end f') });
      await lab.apply('--yes');
      expect(await lab.pids()).toEqual({ ...pids, f: undefined });
      expect(await macs()).toEqual(old);
      await lab.ok('attach', 'b:eth9', 'c:eth9');
      expect(await lab.steps('--discard')).toEqual(['disconnect b:eth9 -- c:eth9']);
      expect((await lab.plan()).kept).toEqual(['link b:eth9--c:eth9 was attached']);
      expect((await lab.apply()).done).toEqual([]);
      const outcome = JSON.parse(await lab.ok('apply', '--discard', '--json')) as ChangeOutcome;
      expect(outcome.reports).toEqual([
        { step: expect.objectContaining({ action: 'disconnect', link: 'b:eth9--c:eth9' }), outcome: 'done' },
      ]);
      expect(outcome).toMatchObject({ failures: [], warnings: [], status: { lab: 'mixed' } });
      await lab.expectReached('--discard');
      expect(await macs()).toEqual(old);
    });

    it('does nothing with a file that is broken, or wants a template that is not there', async () => {
      const [before, text] = [await lab.pids(), readFileSync(join(lab.directory, 'topology.dot.in'), 'utf8')];
      for (const [line, message] of [
        ['a => b;', /topology\.dot\.in:\d+:\d+: error: /],
        ['x [qn_template="nowhere"]; x:eth0 -- a:eth9;', /there is no template nowhere/],
      ] as const) {
        lab.write(withLines(text, line));
        for (const verb of ['plan', 'apply']) {
          const { code, stdout, stderr } = await lab.weft.weft(lab.directory, verb);
          expect({ verb, code, stdout, stderr }).toEqual({ verb, code: 1, stdout: '', stderr: expect.stringMatching(message) });
        }
        expect(await lab.pids()).toEqual(before);
        expect(Object.keys(await lab.macs('a'))).not.toContain('eth9');
      }
      lab.write(text);
      await lab.expectReached();
    });

    it('skips what needs a step that failed, does the rest, and goes on from there when the obstacle is gone', async () => {
      const text = readFileSync(join(lab.directory, 'topology.dot.in'), 'utf8');
      const own = async () => {
        const shown = await lab.ok('exec', 'b', '--', 'ip', '-br', 'link', 'show', 'type', 'bridge');
        return [...shown.matchAll(/^\S+/gm)].map(([name]) => name);
      };
      for (const name of ['eth6', 'eth7']) await lab.ok('exec', 'b', '--', 'ip', 'link', 'add', name, 'type', 'bridge');
      lab.write(withLines(text, 'b:eth6 -- c:eth6;', 'guest:eth7 -- b:eth7;', 'guest:eth8 -- c:eth8;'));
      const { code, done } = await lab.apply();
      expect({ code, done }).toEqual({
        code: 1,
        done: expect.arrayContaining([
          expect.stringMatching(/^undone connect b:eth6 -- c:eth6: .*b has an interface eth6 of its own already/),
          expect.stringMatching(/^undone connect guest:eth7 -- b:eth7: .*b has an interface eth7 of its own already/),
          expect.stringMatching(/^skipped plug guest:eth7 in/),
          'done connect guest:eth8 -- c:eth8',
          'done plug guest:eth8 in',
        ]),
      });
      expect(await own()).toEqual(['eth6', 'eth7']);
      expect(Object.keys(await lab.macs('guest'))).not.toContain('eth7');
      expect(Object.keys(await lab.macs('guest'))).toContain('eth8');
      const left = ['connect b:eth6 -- c:eth6', 'connect guest:eth7 -- b:eth7', 'plug guest:eth7 in'];
      expect((await lab.steps()).sort()).toEqual(left);
      expect((await lab.apply()).code).toBe(1);
      expect(await own()).toEqual(['eth6', 'eth7']);
      for (const name of ['eth6', 'eth7']) await lab.ok('exec', 'b', '--', 'ip', 'link', 'delete', name);
      const again = await lab.apply();
      expect({ ...again, done: again.done.sort() }).toMatchObject({ code: 0, done: left.map((step) => `done ${step}`) });
      expect(Object.keys(await lab.macs('guest'))).toContain('eth7');
      await lab.expectReached();
    });
  },
);

const reversed = (link: string) => `graph reversed {
  qn_template="namespace";
  c; d;
  ${link};
}
`;

describe.skipIf(skip('a link drawn the other way round', holderLacks('root')))('a link that is drawn the other way round', () => {
  let lab: EditedLab;

  beforeAll(async () => {
    lab = new EditedLab(
      await labFixture('root'),
      reversed('c:eth1 -- d:lan [qn_link="off", qn_tailip="10.0.0.1/24", qn_rate="1mbit"]'),
    );
    await lab.ok('up');
  });

  afterAll(() => lab.weft.end());

  it('keeps its wire, and has the carrier, the addresses and the conditions that it has now, at once', async () => {
    const index = async () => (await lab.ok('exec', 'c', '--', 'ip', '-o', 'link', 'show', 'dev', 'eth1')).split(':')[0];
    const before = await index();
    lab.write(reversed('d:lan -- c:eth1 [qn_headip="10.0.0.9/24"]'));
    const steps = ['adjust d:lan -- c:eth1', 'give carrier to d:lan -- c:eth1', 'set the conditions of d:lan -- c:eth1'];
    expect((await lab.steps()).toSorted()).toEqual(steps);
    const { code, done } = await lab.apply('--yes');
    expect({ code, done: done.toSorted() }).toEqual({ code: 0, done: steps.map((step) => `done ${step}`) });
    expect(await index()).toBe(before);
    const shown = await lab.ok('exec', 'c', '--', 'sh', '-c', 'ip -br -4 addr show dev eth1; tc qdisc show dev eth1');
    expect(shown).toMatch(/^eth1\S* +UP +10\.0\.0\.9\/24 *\n/);
    expect(shown).not.toContain('tbf');
    expect(await lab.steps()).toEqual([]);
  });
});
