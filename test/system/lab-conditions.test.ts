import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConformance } from '../../src/model/conformance.ts';
import type { LinkState } from '../../src/model/link-state.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const namespaces = `graph conditions {
  qn_template="namespace";
  a:plain -- b:plain [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  a:slow -- b:slow [qn_tailip="10.2.0.1/24", qn_headip="10.2.0.2/24", qn_tailrate="80kbit"];
  a:late -- b:late [qn_tailip="10.3.0.1/24", qn_headip="10.3.0.2/24", qn_delay="30ms"];
  a:cut -- b:cut [qn_tailip="10.4.0.1/24", qn_headip="10.4.0.2/24", qn_taillink="off"];
}`;
const lacksNetem = 'delay of link a:late--b:late needs netem, which this kernel lacks (CONFIG_NET_SCH_NETEM)';

/** What the tests ask a lab. */
function questions(weft: () => LabFixture, directory: () => string) {
  const exec = (node: string, ...argv: readonly string[]) => weft().ok(directory(), 'exec', node, '--', ...argv);
  return {
    exec,
    states: async (...words: readonly string[]) =>
      JSON.parse(await weft().ok(directory(), 'impair', '--json', ...words)) as LinkState[],
    /** Verdicts on the frames of a conformance test, without repetition, by the port that sends. */
    verdicts: async (link: string) => {
      const { stdout } = await weft().weft(directory(), 'conformance', '--json', link);
      const ways = (JSON.parse(stdout) as LinkConformance[]).flatMap((each) => each.ways);
      return Object.fromEntries(ways.map(({ from, frames }) => [from, [...new Set(frames.map(({ verdict }) => verdict))]]));
    },
    carrier: async (node: string, port: string) =>
      (await exec(node, 'ip', '-br', 'link', 'show', 'dev', port)).includes('LOWER_UP'),
  };
}

describe.each<Holder>(['root', 'user'])('conditions of links between namespaces, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: conditions of links as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;
    let netem = false;
    const { exec, states, verdicts, carrier } = questions(
      () => weft,
      () => directory,
    );

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'conditions/topology.dot.in': namespaces });
      const { code, stderr } = await weft.weft(directory, 'up');
      expect(code).toBe(0);
      netem = !stderr.includes(lacksNetem);
    });

    afterAll(async () => {
      try {
        await weft.ok(directory, 'down');
      } finally {
        await weft.end();
      }
    });

    it('hold from the file on, one way or both', async () => {
      expect(await exec('a', 'tc', 'qdisc', 'show', 'dev', 'slow')).toMatch(/^qdisc tbf \S+ root .*rate 80Kbit/);
      expect(await exec('b', 'tc', 'qdisc', 'show', 'dev', 'slow')).toMatch(/^qdisc noqueue/);
      expect(await states('a:slow')).toEqual([
        {
          link: 'a:slow--b:slow',
          ways: [
            { from: 'a:slow', to: 'b:slow', wanted: { rate: 80_000 }, inForce: { rate: 80_000 } },
            { from: 'b:slow', to: 'a:slow', wanted: {}, inForce: {} },
          ],
        },
      ]);
      await weft.pings(directory, 'a', '10.2.0.2');
    });

    it('let no more through than the bandwidth allows', async () => {
      // 140 kB are offered; in two seconds 20 kB pass, after what the bucket holds.
      const flood = ['ping', '-q', '-c100', '-i0.002', '-w2', '-s1400', '10.2.0.2'];
      const { stdout } = await weft.weft(directory, 'exec', 'a', '--', ...flood);
      const received = Number(/(\d+) received/.exec(stdout)?.[1]);
      expect(received).toBeGreaterThan(0);
      expect(received).toBeLessThan(60);
    });

    it('delay by netem where the kernel has it, and say so where it has not', async () => {
      const [late] = await states('a:late');
      if (netem) {
        const { stdout } = await weft.weft(directory, 'exec', 'a', '--', 'ping', '-q', '-c3', '10.3.0.2');
        expect(Number(/= ([0-9.]+)\//.exec(stdout)?.[1])).toBeGreaterThanOrEqual(60);
        expect(late?.ways[0].inForce).toEqual({ delay: 30e6 });
        await weft.ok(directory, 'impair', 'a:plain', 'delay', '1ms', 'loss', '1%');
        await weft.ok(directory, 'impair', 'a:plain', '--clear');
      } else {
        expect(late).toMatchObject({ refused: lacksNetem, ways: [{ wanted: { delay: 30e6 }, inForce: {} }, {}] });
        await weft.pings(directory, 'a', '10.3.0.2');
        const before = await states();
        const { code, stderr } = await weft.weft(directory, 'impair', 'a:plain', 'rate', '1mbit', 'loss', '1%');
        expect([code, stderr.split('\n').slice(0, 2)]).toEqual([
          1,
          [
            'ERROR: loss of link a:plain--b:plain needs netem, which this kernel lacks (CONFIG_NET_SCH_NETEM)',
            '       load it: modprobe sch_netem; where there is no such module, use a kernel that has it',
          ],
        ]);
        expect(await states()).toEqual(before);
      }
    });

    it('are changed and ended while the lab runs, and only those that are named', async () => {
      await weft.ok(directory, 'impair', 'b:plain', 'rate', '2mbit');
      expect((await states('a:plain'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{}, { rate: 2e6 }]);
      await weft.ok(directory, 'impair', 'b:plain', 'rate', '1gbit', '--to');
      expect((await states('a:plain'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ rate: 1e9 }, { rate: 2e6 }]);
      await weft.ok(directory, 'impair', 'a:plain', 'rate', '3mbit', '--both');
      expect((await states('a:plain'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ rate: 3e6 }, { rate: 3e6 }]);
      const table = await weft.ok(directory, 'impair');
      expect(table.split('\n').map((line) => line.split(/\s{2,}/).slice(0, 3))).toEqual(
        expect.arrayContaining([
          ['FROM', 'TO', 'IN FORCE'],
          ['a:plain', 'b:plain', 'rate 3mbit'],
          ['b:plain', 'a:plain', 'rate 3mbit'],
          ['a:cut', 'b:cut', 'cut'],
        ]),
      );
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.ok(directory, 'impair', 'a:plain', 'rate', 'none');
      await weft.ok(directory, 'impair', 'b:plain', '--clear');
      for (const node of ['a', 'b']) expect(await exec(node, 'tc', 'qdisc', 'show', 'dev', 'plain')).toMatch(/^qdisc noqueue/);
    });

    it('complain of what cannot be meant', async () => {
      const complaint = async (...words: readonly string[]) => {
        const { code, stderr } = await weft.weft(directory, 'impair', ...words);
        return [code, stderr.split('\n')[0]];
      };
      expect(await complaint('a:plain', 'los', '1%')).toEqual([2, 'ERROR: a link has no los']);
      expect(await complaint('a:plain', 'delay', '20')).toEqual([
        2,
        expect.stringContaining('delay cannot be 20: expected a time'),
      ]);
      expect(await complaint('a:plain', 'jitter', '5ms')).toEqual([2, 'ERROR: jitter varies a delay, and there is none']);
      expect(await complaint('a:plane')).toEqual([1, 'ERROR: a has no port plane']);
      expect(await complaint('a')).toEqual([2, 'ERROR: a is no port']);
    });

    it('lose what one end sends and nothing else, without carrier loss', async () => {
      expect(await verdicts('a:cut')).toEqual({ 'a:cut': ['lost'], 'b:cut': ['ok'] });
      await weft.doesNotPing(directory, 'a', '10.4.0.2');
      for (const node of ['a', 'b']) expect(await carrier(node, 'cut')).toBe(true);
      await weft.ok(directory, 'link', 'a', 'cut', 'on', '--one-way');
      await weft.pings(directory, 'a', '10.4.0.2');
      await weft.ok(directory, 'link', 'b', 'plain', 'off', '--one-way');
      expect(await verdicts('a:plain')).toEqual({ 'a:plain': ['ok'], 'b:plain': ['lost'] });
      await weft.ok(directory, 'link', 'b', 'plain', 'on', '--one-way');
      await weft.pings(directory, 'b', '10.1.0.1');
    });

    it('come back by themselves, with the routes that nodes had made', async () => {
      await exec('a', 'ip', 'route', 'add', '192.0.2.0/24', 'via', '10.1.0.2');
      await weft.ok(directory, 'link', 'a', 'plain', 'off', '--for', '1s');
      await eventually(async () => (await carrier('a', 'plain')) && (await carrier('b', 'plain')), 'both carriers to come back');
      expect(await exec('a', 'ip', 'route', 'show', '192.0.2.0/24')).toContain('via 10.1.0.2 dev plain');
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.ok(directory, 'link', 'a', 'plain', 'off', '--for', '1s', '--one-way');
      await eventually(async () => (await states('a:plain'))[0]?.ways[0].inForce.cut === undefined, 'the cut to end');
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it('flap until they are turned on', async () => {
      await weft.ok(directory, 'link', 'b', 'plain', 'off', '--for', '700ms', '--every', '1400ms');
      for (const wanted of [false, true, false, true]) {
        await eventually(async () => (await carrier('a', 'plain')) === wanted, `carrier ${wanted} at a:plain`);
      }
      await weft.ok(directory, 'link', 'b', 'plain', 'on');
      expect([await carrier('a', 'plain'), await carrier('b', 'plain')]).toEqual([true, true]);
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it('are as they should be when the engine was killed: cuts for a while are over', async () => {
      await weft.ok(directory, 'impair', 'b:plain', 'rate', '5mbit');
      await weft.ok(directory, 'link', 'a', 'plain', 'off', '--one-way', '--for', '1000s');
      await weft.ok(directory, 'link', 'a', 'late', 'off', '--for', '1000s');
      expect((await states('a:plain'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ cut: true }, { rate: 5e6 }]);
      const { engine } = await weft.status(directory);
      process.kill(engine, 'SIGKILL');
      await eventually(async () => (await weft.weft(directory, 'status')).code === 0, 'an engine that answers');
      expect((await states('a:plain'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{}, { rate: 5e6 }]);
      expect([await carrier('a', 'late'), await carrier('b', 'late')]).toEqual([true, true]);
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.ok(directory, 'impair', 'b:plain', '--clear');
    });
  });
});

describe.each<Holder>(['root', 'user'])('conditions of links of virtual machines, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: conditions of links of virtual machines as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    const { states, verdicts, carrier } = questions(
      () => weft,
      () => directory,
    );

    beforeAll(async () => {
      weft = await labFixture(holder);
      const topology = `graph machines {
        qn_template="small"; n [qn_template="namespace"]; m [qn_template="namespace"]; sw [qn_hub="true"];
        a:vm -- b:vm [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
        a:ns -- n:ns [qn_tailip="10.2.0.1/24", qn_headip="10.2.0.2/24", qn_rate="1mbit"];
        a:hub -- sw; m:hub -- sw;
      }`;
      directory = weft.write({ 'machines/topology.dot.in': topology });
      await weft.ok(directory, 'up');
    });

    afterAll(async () => {
      try {
        await weft.ok(directory, 'down');
      } finally {
        await weft.end();
      }
    });

    it('hold on the wire between a virtual machine and a namespace, both ways', async () => {
      expect((await states('n:ns'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ rate: 1e6 }, { rate: 1e6 }]);
      await weft.pings(directory, 'a', '10.2.0.2');
      for (const [node, port] of [['a', 'ns'] as const, ['n', 'ns'] as const]) {
        await weft.ok(directory, 'link', node, port, 'off', '--one-way');
        expect(await verdicts('a:ns')).toEqual({ 'a:ns': ['ok'], 'n:ns': ['ok'], [`${node}:${port}`]: ['lost'] });
        for (const end of ['a', 'n']) expect(await carrier(end, 'ns')).toBe(true);
        await weft.ok(directory, 'link', node, port, 'on', '--one-way');
      }
      await weft.ok(directory, 'impair', 'a:ns', '--clear', '--both');
      await weft.pings(directory, 'a', '10.2.0.2');
    });

    it.skipIf(holder === 'user')('hold on the wire between two virtual machines', async () => {
      await weft.ok(directory, 'impair', 'a:vm', 'rate', '1mbit', '--both');
      expect((await states('a:vm'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ rate: 1e6 }, { rate: 1e6 }]);
      await weft.pings(directory, 'a', '10.1.0.2');
      await weft.ok(directory, 'link', 'a', 'vm', 'off', '--one-way');
      expect(await verdicts('a:vm')).toEqual({ 'a:vm': ['lost'], 'b:vm': ['ok'] });
      for (const node of ['a', 'b']) expect(await carrier(node, 'vm')).toBe(true);
      await weft.doesNotPing(directory, 'b', '10.1.0.1');
      await weft.ok(directory, 'link', 'a', 'vm', 'on', '--one-way');
      await weft.pings(directory, 'a', '10.1.0.2');
    });

    it.skipIf(holder === 'root')('are refused where unix sockets carry the link', async () => {
      for (const words of [
        ['impair', 'a:vm', 'rate', '1mbit'],
        ['link', 'a', 'vm', 'off', '--one-way'],
      ]) {
        const { code, stderr } = await weft.weft(directory, ...words);
        expect([code, stderr.split('\n')[0]]).toEqual([
          1,
          'ERROR: link a:vm--b:vm is carried by unix sockets between its virtual machines, where nothing can be held back or lost',
        ]);
      }
    });

    it('hold at a shared segment, both ways', async () => {
      await weft.ok(directory, 'impair', 'a:hub', 'rate', '1mbit', '--both');
      expect((await states('a:hub'))[0]?.ways.map(({ inForce }) => inForce)).toEqual([{ rate: 1e6 }, { rate: 1e6 }]);
      expect(await verdicts('a:hub')).toEqual({ 'a:hub': ['ok'], 'm:hub': ['ok'] });
      await weft.ok(directory, 'link', 'a', 'hub', 'off', '--one-way');
      expect(await verdicts('a:hub')).toEqual({ 'a:hub': ['lost'], 'm:hub': ['ok'] });
      await weft.ok(directory, 'link', 'a', 'hub', 'on', '--one-way');
      expect(await verdicts('a:hub')).toEqual({ 'a:hub': ['ok'], 'm:hub': ['ok'] });
    });
  });
});
