import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConformance } from '../../src/model/conformance.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const topology = `graph conformance {
  qn_template="namespace";
  a [qn_template="small"]; b [qn_template="small"];
  sw [qn_hub="true"]; alone [qn_hub="true"];
  a:vm -- b:vm;
  a:ns -- n1:vm;
  n1:ns -- n2:ns [qn_mtu="3000"];
  a:hub -- sw; n1:hub -- sw; n2:hub -- sw;
  n1:cut -- n2:cut [qn_headlink="off"];
  n1:off -- n2:off [qn_link="off"];
  n1:slow -- n2:slow [qn_rate="200kbit"];
  n2:alone -- alone;
}`;
const wellKnown = ['plain', 'LLDP', 'STP', 'LACP', 'PAUSE', '802.1X', 'VLAN', 'QinQ', 'jumbo'];

describe.each<Holder>(['root', 'user', 'user with tun'])('conformance of the wires of a running lab, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: conformance as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'conformance/topology.dot.in': topology });
      await weft.ok(directory, 'up');
    });

    afterAll(async () => {
      try {
        await weft.ok(directory, 'down');
      } finally {
        await weft.end();
      }
    });

    const examine = async (...links: string[]) => {
      const { code, stdout } = await weft.weft(directory, 'conformance', '--json', ...links);
      return { code, links: JSON.parse(stdout) as LinkConformance[] };
    };

    it('finds every wire transparent, both ways, and says how large the jumbo frame was', async () => {
      const { code, links } = await examine(
        'a:ns',
        'n1:ns',
        'a:hub',
        'n1:hub',
        'n2:hub--sw',
        'n2:slow',
        ...(holder === 'user' ? [] : ['a:vm']),
      );
      const ways = links.flatMap((link) => link.ways);
      for (const { from, to, frames } of ways) {
        expect({ from, to, verdicts: frames.map(({ frame, verdict }) => `${frame} ${verdict}`) }).toEqual({
          from,
          to,
          verdicts: wellKnown.map((name) => `${name} ok`),
        });
      }
      expect(code).toBe(0);
      expect(ways.map(({ from, to }) => `${from} ${to}`)).toEqual([
        ...[
          'a:ns n1:vm',
          'n1:vm a:ns',
          'n1:ns n2:ns',
          'n2:ns n1:ns',
          'a:hub n1:hub',
          'n1:hub a:hub',
          'n1:hub n2:hub',
          'n2:hub n1:hub',
        ],
        ...['n2:hub a:hub', 'a:hub n2:hub', 'n1:slow n2:slow', 'n2:slow n1:slow'],
        ...(holder === 'user' ? [] : ['a:vm b:vm', 'b:vm a:vm']),
      ]);
      const jumbo = new Map(ways.map(({ from, frames }) => [from, frames.at(-1)?.size]));
      expect([jumbo.get('a:ns'), jumbo.get('n1:ns'), jumbo.get('a:vm')]).toEqual([
        1500,
        3000,
        holder === 'user' ? undefined : 9000,
      ]);
    });

    it('finds a way that is cut, and ends with 1', async () => {
      const { code, links } = await examine('n1:cut--n2:cut');
      expect(code).toBe(1);
      expect(links[0]?.ways.map(({ from, frames }) => [from, ...new Set(frames.map(({ verdict }) => verdict))])).toEqual([
        ['n1:cut', 'ok'],
        ['n2:cut', 'lost'],
      ]);
    });

    it('says of each link that it cannot test why not', async () => {
      const { code, stdout, stderr } = await weft.weft(
        directory,
        'conformance',
        'n1:off',
        'n2:alone',
        ...(holder === 'user' ? ['a:vm'] : []),
      );
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr.trim().split('\n')).toEqual([
        'Warn: not tested: link n1:off--n2:off is unplugged',
        'Warn: not tested: link n2:alone--alone has nobody at the other side of its shared segment',
        ...(holder === 'user'
          ? [
              'Warn: not tested: link a:vm--b:vm is carried by unix sockets between its virtual machines, where no frame can be put in or seen',
            ]
          : []),
      ]);
    });

    it('shows a table, and leaves nothing in the way of the lab', async () => {
      const { stdout } = await weft.weft(directory, 'conformance', 'n1:ns', 'n1:cut');
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(/\s{2,}/)),
      ).toEqual([
        ['FROM', 'TO', ...wellKnown],
        ['n1:ns', 'n2:ns', ...wellKnown.slice(1).map(() => 'ok'), 'ok (3000 bytes)'],
        ['n2:ns', 'n1:ns', ...wellKnown.slice(1).map(() => 'ok'), 'ok (3000 bytes)'],
        ['n1:cut', 'n2:cut', ...wellKnown.slice(1).map(() => 'ok'), 'ok (1500 bytes)'],
        ['n2:cut', 'n1:cut', ...wellKnown.slice(1).map(() => 'lost'), 'lost (1500 bytes)'],
      ]);
      const unknown = await weft.weft(directory, 'conformance', 'n1:nss');
      expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('n1 has no port nss')]);
    });
  });
});
