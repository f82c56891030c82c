import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

/** `filter` is the template of the provider that has the rules of `work`. */
const topology = (filter: string) => `graph upkeep {
  node [shape=record];
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network=true];
  "sys-firewall" [qn_template="${filter}", qn_provides_network=true, qn_netvm="sys-net"];
  work [qn_netvm="sys-firewall"];
  world:eth0 -- "sys-net":eth0 [qn_tailip="192.0.2.1/24,192.0.2.2/24,192.0.2.80/24,192.0.2.81/24"];
}`;

const keyfile = `[connection]
interface-name=eth0
[ipv4]
method=manual
address1=192.0.2.10/24,192.0.2.1
dns=192.0.2.1;
[ipv6]
method=ignore
`;

const support = join(import.meta.dirname, '../support');

const cases: readonly (readonly [filter: string, holder: Holder])[] = [
  ['namespace', 'root'],
  ['namespace', 'user'],
  ['small', 'user'],
];

describe.each(cases)('a routed network that changes by itself, with rules in a %s, as %s', (filter, holder) => {
  const missing = (filter === 'small' ? noQemu : undefined) ?? holderLacks(holder);
  if (missing !== undefined)
    process.stdout.write(`skipped: rules in a ${filter} that change by themselves as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(nodes)', () => {
    let weft: LabFixture;
    let directory: string;

    const inNode = (node: string, ...words: string[]) => weft.ok(directory, 'exec', node, '--', ...words);
    /** Runs in a node until the lab is taken down. */
    const inBackground = (node: string, script: string, ...words: string[]) => {
      const line = [process.execPath, join(support, script), ...words].map((word) => `'${word}'`).join(' ');
      return inNode(node, 'sh', '-c', `setsid ${line} >'${directory}/${node}.log' 2>&1 </dev/null &`);
    };
    const client = async (...words: string[]) =>
      (await inNode('work', process.execPath, join(support, 'upkeep-client.ts'), ...words)).trim();
    const answers = (over: string, server: string, answer: string) =>
      eventually(async () => (await client('ask', over, server, 'whoami.test')) === answer, `${answer} over ${over}`);
    /** `answer` is `open`, what a rejected connection is told, or silence. */
    const reaches = (address: string, port: number, answer: 'open' | 'EHOSTUNREACH' | 'silence') =>
      eventually(async () => (await client('reach', address, `${port}`)) === answer, `${address}:${port} to be ${answer}`);
    const firewall = (...words: string[]) => weft.ok(directory, 'firewall', 'work', ...words);
    /** Everything passes again. */
    const reset = async () => {
      await firewall('reset');
      await reaches('192.0.2.1', 8080, 'open');
    };
    const setZone = (names: Readonly<Record<string, readonly string[]>>) => weft.write({ 'lab/zone': JSON.stringify(names) });
    const interfaces = async () =>
      (await inNode('work', 'ip', '-o', 'address')).split('\n').map((line) => line.replace(/valid_lft.*/, ''));

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({
        'lab/topology.dot.in': topology(filter),
        'lab/sys-net.d/rw/config/NM-system-connections/eth0.nmconnection': keyfile,
        'lab/zone': '{}',
      });
      await weft.ok(directory, 'up');
      await inBackground('world', 'upkeep-world.ts', `${directory}/zone`, '8080', '8081', '--', '192.0.2.1', '192.0.2.2');
    });

    afterAll(() => weft.end());

    it.each(['udp', 'tcp'])('leads questions of clients to the name server of the last provider, over %s', async (over) => {
      for (const server of ['10.139.1.1', '10.139.1.2']) await answers(over, server, '192.0.2.1');
    });

    it('case 41: leads them to another as soon as the provider has another, and touches no client', async () => {
      const before = await interfaces();
      await inNode('sys-net', 'sh', '-c', 'echo nameserver 192.0.2.2 >/etc/resolv.conf');
      for (const over of ['udp', 'tcp']) {
        for (const server of ['10.139.1.1', '10.139.1.2']) await answers(over, server, '192.0.2.2');
      }
      expect(await interfaces()).toEqual(before);
    });

    it('ends a rule when its time has come', async () => {
      await firewall('add', '--before', '0', 'action=drop', 'proto=tcp', 'dstports=8080', 'expire=+15');
      const [, expire] = /expire=([0-9]+)/.exec(await firewall('--raw')) ?? [];
      await reaches('192.0.2.1', 8080, 'EHOSTUNREACH');
      await reaches('192.0.2.1', 8080, 'open');
      expect(Date.now() / 1000).toBeGreaterThanOrEqual(Number(expire));
      expect(await firewall('--raw')).toBe('action=accept\n');
      await reset();
    });

    it('case 43: lets a rule with a name follow the addresses of the name', async () => {
      setZone({ 'www.test': ['192.0.2.80'] });
      await firewall('add', '--before', '0', 'action=drop', 'proto=tcp', 'dstports=8080');
      await firewall('add', '--before', '0', 'action=accept', 'dsthost=www.test', 'proto=tcp', 'dstports=8080');
      await reaches('192.0.2.81', 8080, 'EHOSTUNREACH');
      await reaches('192.0.2.80', 8080, 'open');
      setZone({ 'www.test': ['192.0.2.81'] });
      await reaches('192.0.2.81', 8080, 'open');
      await reaches('192.0.2.80', 8080, 'EHOSTUNREACH');
      await reset();
    });

    it('lets nothing pass while a name cannot be resolved, says so once, and goes on when it can', async () => {
      const rule = ['add', '--before', '0', 'action=drop', 'dsthost=late.test', 'proto=tcp', 'dstports=8080'];
      const { code, stderr } = await weft.weft(directory, 'firewall', 'work', ...rule);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('sys-firewall cannot resolve late.test') });
      await reaches('192.0.2.1', 8081, 'silence');
      const again = await weft.weft(directory, 'firewall', 'work', 'add', 'action=accept', 'proto=udp');
      expect(again).toEqual(expect.objectContaining({ code: 0, stderr: expect.not.stringContaining('cannot resolve') }));
      setZone({ 'late.test': ['192.0.2.80'] });
      await reaches('192.0.2.1', 8081, 'open');
      await reaches('192.0.2.1', 8080, 'open');
      await reaches('192.0.2.80', 8080, 'EHOSTUNREACH');
      await reset();
    });

    it('lets no command fail because a name server is silent', async () => {
      await inNode('sys-net', 'sh', '-c', 'echo nameserver 192.0.2.99 >/etc/resolv.conf');
      await answers('udp', '10.139.1.1', 'silence');
      const { code, stderr } = await weft.weft(directory, 'firewall', 'work', 'add', 'accept', 'silent.test');
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('sys-firewall cannot resolve silent.test') });
      await reset();
      await inNode('sys-net', 'sh', '-c', 'echo nameserver 192.0.2.2 >/etc/resolv.conf');
    });

    it('case 44: ends a connection that a new rule forbids, and no other', async () => {
      const file = `${directory}/kept`;
      const came = (port: number) => (existsSync(`${file}-${port}`) ? Number(readFileSync(`${file}-${port}`, 'utf8')) : 0);
      await inBackground('work', 'upkeep-client.ts', 'keep', file, '192.0.2.1', '8080', '8081');
      for (const port of [8080, 8081]) await eventually(() => came(port) > 0, `an answer from port ${port}`);
      await firewall('add', '--before', '0', 'action=drop', 'proto=tcp', 'dstports=8000-8080');
      await eventually(async () => {
        const [cut, other] = [came(8080), came(8081)];
        await eventually(() => came(8081) >= other + 10, 'more answers from port 8081');
        return came(8080) === cut;
      }, 'no more answers from port 8080');
      await reset();
    });
  });
});
