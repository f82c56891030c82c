import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../src/api/contract.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';

const topology = `graph verbs {
  node [shape=record];
  qn_template="namespace";
  router; client1; client2;
  lan [qn_hub="true"];
  router:eth0 -- client1:eth0 [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
}
`;

describe.each<Holder>(['root', 'user'])('commands that change a lab, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: commands that change a lab as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'lab/topology.dot.in': topology });
      await weft.ok(directory, 'up');
    });

    afterAll(() => weft.end());

    const ok = (...words: string[]) => weft.ok(directory, ...words);
    const ports = async (node: string) =>
      [...(await ok('exec', node, '--', 'ip', '-br', 'link')).matchAll(/^[^@\s]+/gm)]
        .map(([name]) => name)
        .filter((name) => name !== 'lo')
        .sort();
    const stateOf = async (node: string) => (await weft.status(directory)).nodes.find(({ name }) => name === node)?.state;
    const refused = async (message: RegExp, code: number, ...words: string[]) => {
      const before = await ok('graph', '-T', 'dot');
      const { code: ended, stdout, stderr } = await weft.weft(directory, ...words);
      expect({ words, ended, stdout, stderr }).toEqual({
        words,
        ended: code,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
      expect(await ok('graph', '-T', 'dot')).toBe(before);
    };
    const outcome = async (...words: string[]) => JSON.parse(await ok(...words, '--json')) as ChangeOutcome;

    it('attach joins two ports at once, also to a shared segment, and detach takes links away', async () => {
      await ok('attach', 'router:eth1', 'client2:eth0', '--set', 'qn_tailip=10.2.0.1/24', 'qn_headip=10.2.0.2/24');
      await weft.pings(directory, 'router', '10.2.0.2');
      const { failures, reports, status } = await outcome('attach', 'client1:eth1', 'lan');
      expect(failures).toEqual([]);
      expect(reports).toContainEqual({
        step: expect.objectContaining({ action: 'connect', link: 'client1:eth1--lan' }),
        outcome: 'done',
      });
      expect(status.nodes.map(({ name }) => name)).toEqual(['router', 'client1', 'client2']);
      expect(await ports('client1')).toEqual(['eth0', 'eth1']);
      await ok('detach', 'client2:eth0', 'router:eth1');
      await ok('detach', 'client1:eth1');
      await ok('detach', 'client1:eth0');
      for (const node of ['router', 'client1', 'client2']) expect(await ports(node)).toEqual([]);
      await ok('apply', '--discard');
      expect(await ports('client1')).toEqual(['eth0']);
    });

    it('create, clone and remove make and take nodes, with their features and links', async () => {
      await ok('create', 'probe', '--namespace', '--set', 'feature.role=probe');
      expect(await stateOf('probe')).toBe('stopped');
      await ok('start', 'probe');
      await ok('attach', 'probe:eth0', 'client2:eth7');
      const { reports } = await outcome('clone', 'probe', 'twin');
      expect(reports).toEqual([]);
      expect(JSON.parse(await ok('features', 'twin', '--json'))).toEqual({ role: 'probe' });
      await ok('start', 'twin');
      expect(await ports('twin')).toEqual([]);
      await ok('stop', 'probe');
      await ok('remove', 'probe');
      await ok('remove', '--force', 'twin');
      expect((await weft.status(directory)).nodes.map(({ name }) => name)).toEqual(['router', 'client1', 'client2']);
      expect(await ports('client2')).toEqual([]);
    });

    it('pause lets a node stand still, unpause lets it go on, kill ends it at once', async () => {
      await outcome('pause', 'client1');
      expect(await stateOf('client1')).toBe('paused');
      await outcome('unpause', 'client1');
      expect(await stateOf('client1')).toBe('running');
      await ok('kill', 'client1');
      expect(await stateOf('client1')).toBe('stopped');
      await refused(/none of these nodes runs/, 4, 'pause', 'client1');
      await ok('start', 'client1');
      await weft.pings(directory, 'router', '10.1.0.2');
    });

    it('a node that is misspelt is told with the name that was meant', async () => {
      const meant = /no node ruter.*(\n.*)?router/;
      await refused(meant, 1, 'features', 'ruter');
      await refused(meant, 1, 'attach', 'ruter:eth5', 'client1:eth5');
      await refused(meant, 1, 'clone', 'ruter', 'other');
      await refused(meant, 1, 'remove', 'ruter');
      await refused(meant, 1, 'kill', 'ruter');
      await refused(meant, 1, 'pause', 'ruter');
      await refused(/no link at ruter:eth0.*(\n.*)?router:eth0/, 1, 'detach', 'ruter:eth0');
    });

    it('what cannot be is refused in one sentence, and nothing changes', async () => {
      await refused(
        /router:eth0 is in the link router:eth0--client1:eth0\n.*weft detach router:eth0/,
        1,
        'attach',
        'router:eth0',
        'client2:eth0',
      );
      await refused(/which port of client2/, 1, 'attach', 'router:eth9', 'client2');
      await refused(/cannot name an interface/, 1, 'attach', 'router:a_name_of_sixteen', 'client2:eth0');
      await refused(/itself/, 1, 'attach', 'router:eth9', 'router:eth9');
      await refused(/there is a node client1 already/, 1, 'create', 'client1', '--namespace');
      await refused(/cannot name a node/, 1, 'create', '../etc', '--namespace');
      await refused(/there is a node client2 already/, 1, 'clone', 'client1', 'client2');
      await refused(/client1 runs\n.*weft stop client1/, 1, 'remove', 'client1');
      await refused(/no template nowhere|template.*nowhere/, 1, 'create', 'guest', '--template', 'nowhere');
      await refused(
        /line 1: there is no option mtu=1/,
        1,
        'create',
        'b',
        '--namespace',
        '--set',
        'feature.attach-network-to=F mtu=1',
      );
      await refused(/--set needs attribute=value/, 2, 'create', 'b', '--namespace', '--set', 'mtu');
      await refused(/which template/, 2, 'create', 'b');
      await refused(/no end of a link/, 2, 'detach', 'router:');
    });
  });
});
