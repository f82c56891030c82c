import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../src/api/contract.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';
import { processesOf } from '../support/lab-snapshot.ts';

const topology = `graph rules {
  qn_template="namespace";
  work [qn_firewall="action=accept dstname=example.com proto=tcp dstports=443\\naction=drop expire=1\\naction=accept specialtarget=dns"];
  other;
  work:eth0 -- other:eth0;
}
`;
const ofTheFile = ['action=accept dsthost=example.com proto=tcp dstports=443-443', 'action=accept specialtarget=dns'];
const TITLES = 'NO  ACTION  HOST         PROTOCOL  PORT(S)  SPECIAL TARGET  ICMP TYPE  EXPIRE  COMMENT';

describe.each<Holder>(['root', 'user'])('weft firewall, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: weft firewall as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'lab/topology.dot.in': topology });
      await weft.ok(directory, 'up');
    });

    beforeEach(async () => {
      await weft.ok(directory, 'apply', '--discard');
    });

    afterAll(() => weft.end());

    const firewall = (...words: string[]) => weft.ok(directory, 'firewall', ...words);
    const rules = async (node: string) => (await firewall(node, '--raw')).split('\n').slice(0, -1);
    const refused = async (code: number, message: RegExp, ...words: string[]) => {
      const before = await weft.ok(directory, 'graph', '-T', 'dot');
      const ended = await weft.weft(directory, 'firewall', ...words);
      expect({ words, ...ended }).toEqual({ words, code, stdout: '', stderr: expect.stringMatching(message) });
      expect(await weft.ok(directory, 'graph', '-T', 'dot')).toBe(before);
    };

    it('lists the rules of the file that have not expired, and those of everyone', async () => {
      expect((await firewall('work')).split('\n')).toEqual([
        TITLES,
        '0   accept  example.com  tcp       443      -               -          -       -',
        '1   accept  -            -         -        dns             -          -       -',
        '',
      ]);
      expect(await firewall('work', 'list')).toBe(await firewall('work'));
      expect(await rules('work')).toEqual(ofTheFile);
      expect(await rules('other')).toEqual(['action=accept']);
      expect(JSON.parse(await firewall('work', 'list', '--json'))).toEqual([
        {
          number: 0,
          text: ofTheFile[0],
          action: 'accept',
          destination: { kind: 'dsthost', name: 'example.com' },
          proto: 'tcp',
          ports: { from: 443, to: 443 },
        },
        { number: 1, text: ofTheFile[1], action: 'accept', specialTarget: 'dns' },
      ]);
    });

    it('adds rules behind the others and before one, in every form', async () => {
      const before = await weft.status(directory);
      await firewall('work', 'add', 'accept', '192.0.2.7', 'icmp', '8');
      await firewall('work', 'add', '--before', '0', 'action=drop', 'dst6=2001:DB8:0::/32', 'comment=not there, ever');
      await firewall('work', 'add', '--before', '1', 'action=drop proto=udp dstports=0-1023');
      await firewall('work', 'add', '--before=5', 'drop', 'expire=+1000');
      const [first, second, ...others] = await rules('work');
      expect([first, second]).toEqual([
        'action=drop dst6=2001:db8::/32 comment=not there, ever',
        'action=drop proto=udp dstports=0-1023',
      ]);
      expect(others).toEqual([
        ...ofTheFile,
        'action=accept dst4=192.0.2.7/32 proto=icmp icmptype=8',
        expect.stringMatching(/^action=drop expire=[0-9]{10,}$/),
      ]);
      expect(await firewall('work')).toMatch(/^5 {3}drop .*\+(1000|9[0-9][0-9])s +-$/m);
      const pids = ({ nodes }: typeof before) => nodes.map(({ name, pid }) => [name, pid]);
      expect(pids(await weft.status(directory))).toEqual(pids(before));
    });

    it('takes rules away by number and by what they say, never the last one', async () => {
      await firewall('work', 'add', 'drop', 'proto=icmp');
      await firewall('work', 'del', '--rule-no', '1');
      expect(await rules('work')).toEqual([ofTheFile[0], 'action=drop proto=icmp']);
      const outcome = JSON.parse(
        await firewall('work', 'del', '--json', 'dsthost=example.com', 'accept', 'tcp', '443'),
      ) as ChangeOutcome;
      expect(outcome.failures).toEqual([]);
      expect(await rules('work')).toEqual(['action=drop proto=icmp']);
      await refused(1, /rule 0 is the only one of work\n.*weft firewall work reset/, 'work', 'del', '--rule-no', '0');
    });

    it('is kept when nodes and the engine are started again, shown by plan, and given back by the file', async () => {
      await firewall('work', 'reset');
      await firewall('other', 'add', '--before', '0', 'drop', '10.0.0.0/8');
      for (const { pid, words } of processesOf(weft.folder)) if (words.includes('engine.cjs')) process.kill(pid, 'SIGKILL');
      const kept = ['action=drop dst4=10.0.0.0/8', 'action=accept'];
      expect([await rules('work'), await rules('other')]).toEqual([['action=accept'], kept]);
      await weft.ok(directory, 'restart', 'other');
      expect(await rules('other')).toEqual(kept);
      const plan = await weft.ok(directory, 'plan');
      expect(plan).toMatch(/^command +node work: qn_firewall is unset$/m);
      expect(plan).toMatch(/^command +node other: qn_firewall is action=drop dst4=10\.0\.0\.0\/8\\naction=accept$/m);
      const written = await weft.ok(directory, 'graph', '-T', 'dot');
      weft.write({ 'written/topology.dot.in': written });
      expect((await weft.weft(`${weft.folder}/written`, 'check')).code).toBe(0);
      await weft.ok(directory, 'apply', '--discard');
      expect([await rules('work'), await rules('other')]).toEqual([ofTheFile, ['action=accept']]);
    });

    it('forgets a rule when its time has come', async () => {
      await firewall('other', 'add', '--before', '0', 'drop', 'expire=+2');
      await eventually(async () => (await rules('other')).length === 1, 'the end of a rule');
      await firewall('other', 'add', 'drop');
      expect(await weft.ok(directory, 'graph', '-T', 'dot')).toContain('qn_firewall="action=accept\naction=drop"');
    });

    it('refuses what cannot be in one sentence, and nothing changes', async () => {
      await refused(1, /no node wrok.*\n.*did you mean work/, 'wrok');
      await refused(2, /no firewall ad\n.*did you mean add/, 'work', 'ad', 'accept');
      await refused(2, /which rule/, 'work', 'add');
      await refused(
        2,
        /no rule: action cannot be allow: expected accept or drop; dst4 cannot be 10\.0\.0\.0\/33/,
        'work',
        'add',
        'allow',
        'dst4=10.0.0.0/33',
      );
      await refused(2, /dstports needs proto=tcp or proto=udp/, 'work', 'add', 'accept', 'dstports=443');
      await refused(2, /a rule has no dsthst\n.*did you mean dsthost/, 'work', 'add', 'accept', 'dsthst=example.com');
      await refused(2, /--before needs the number of a rule, not x/, 'work', 'add', '--before', 'x', 'accept');
      await refused(2, /--before belongs to add/, 'work', 'del', '--before', '1', '--rule-no', '1');
      await refused(2, /--rule-no takes no rule/, 'work', 'del', '--rule-no', '1', 'accept');
      await refused(2, /reset takes no rule/, 'work', 'reset', 'accept');
      await refused(1, /work has no rule 2\n.*the rules 0 to 1/, 'work', 'del', '--rule-no', '2');
      await refused(1, /work has no rule 3/, 'work', 'add', '--before', '3', 'drop');
      await refused(1, /work has no rule action=drop\n/, 'work', 'del', 'drop');
    });

    it('lets no other door bring bad rules in', async () => {
      const create = await weft.weft(
        directory,
        'create',
        'third',
        '--namespace',
        '--set',
        'qn_firewall=action=accept\nproto=tcp',
      );
      expect(create).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('firewall of third: line 2: a rule needs an action'),
      });
      weft.write({ 'lab/topology.dot.in': topology.replace('action=drop', 'action=dorp') });
      const apply = await weft.weft(directory, 'apply');
      weft.write({ 'lab/topology.dot.in': topology });
      expect(apply).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'topology.dot.in:3:80: error: qn_firewall: action cannot be dorp: expected accept or drop',
        ),
      });
      expect(await rules('work')).toEqual(ofTheFile);
    });
  });
});
