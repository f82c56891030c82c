import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const sample = readFileSync(join(import.meta.dirname, '../keyfiles/F.nmconnection'), 'utf8');
const keyfiles = 'rw/config/NM-system-connections';

const topology = `graph keyfiles {
  node [shape=record];
  qn_template="namespace";
  B [label="B | { <F> F | <eth9> eth9 }"];
  F [label="F | { <eth0> eth0 | <eth1> eth1 }"];
  guest [label="guest | { <F> F }", qn_template="small"];
  B:F -- F:eth0;
  guest:F -- F:eth1;
}`;

const broken = sample
  .replace('interface-name=F', 'interface-name=eth9')
  .replace('address1=10.250.9.26/30', 'address1=10.250.9/30');

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly metric?: number;
}

describe.each<Holder>(['root', 'user'])('keyfiles of nodes, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: keyfiles of nodes as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    /** The directory of the lab that is looked at. */
    let here: string;
    let started: { readonly code: number | null; readonly stdout: string; readonly stderr: string };
    const ofMachine = readFileSync('/etc/resolv.conf', 'utf8');

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({
        'lab/topology.dot.in': topology,
        [`lab/B.d/${keyfiles}/F.nmconnection`]: sample,
        [`lab/B.d/${keyfiles}/broken.nmconnection`]: broken,
        [`lab/guest.d/${keyfiles}/F.nmconnection`]: sample,
        'lab/guest.d/rw/bind-dirs/it is deep/hello': 'hello\n',
      });
      here = directory;
      started = await weft.weft(directory, 'up');
    });

    afterAll(async () => {
      try {
        await weft.ok(directory, 'down');
        expect(readFileSync('/etc/resolv.conf', 'utf8')).toBe(ofMachine);
      } finally {
        await weft.end();
      }
    });

    const inNode = (node: string, ...words: string[]) => weft.ok(here, 'exec', node, '--', ...words);

    /** Exactly what the sample asks for, as the node's kernel and its programs see it. */
    const isAsTheSampleSays = async (node: string) => {
      const [shown] = JSON.parse(await inNode(node, 'ip', '-j', 'address', 'show', 'dev', 'F')) as [
        { addr_info: { local: string; prefixlen: number }[] },
      ];
      expect(shown.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)).toEqual(['10.250.9.26/30']);
      const routes = JSON.parse(await inNode(node, 'ip', '-j', 'route', 'show', 'table', 'main')) as Route[];
      expect(routes.map(({ dev, dst, gateway, metric }) => ({ dst, gateway, dev, metric }))).toEqual([
        { dst: 'default', gateway: '10.250.9.25', dev: 'F', metric: 101 },
        { dst: '10.250.0.0/20', gateway: '127.0.0.1', dev: 'F', metric: 1000 },
        { dst: '10.250.8.0/24', gateway: '10.250.9.25', dev: 'F', metric: 1 },
        { dst: '10.250.9.24/30', gateway: undefined, dev: 'F', metric: undefined },
      ]);
      expect(await inNode(node, 'cat', '/etc/resolv.conf')).toBe('nameserver 10.250.7.2\n');
    };

    it('starts all nodes, and tells of the broken file with its place', () => {
      expect(started.code).toBe(0);
      const file = `${directory}/B.d/${keyfiles}/broken.nmconnection`;
      expect(started.stderr).toContain(`${file}:13:10: address1 is 10.250.9/30`);
      expect(started.stderr.split(file)).toHaveLength(2);
    });

    it.each(['B', 'guest'])('configures %s by the sample', (node) => isAsTheSampleSays(node));

    it('configures an interface whose cable was out, and one that went and came back', async () => {
      await weft.ok(directory, 'link', 'B', 'F', 'off');
      await weft.ok(directory, 'link', 'B', 'F', 'on');
      await isAsTheSampleSays('B');
      await inNode('B', 'ip', 'link', 'delete', 'dev', 'F');
      await weft.ok(directory, 'start');
      await isAsTheSampleSays('B');
    });

    /** What the process that the node was started with sees. */
    async function ownView(node: string): Promise<string> {
      const { nodes } = await weft.status(directory);
      const pid = nodes.find(({ name }) => name === node)?.pid;
      return readFileSync(`/proc/${pid}/root/etc/resolv.conf`, 'utf8');
    }

    it('replaces what a former file set by what the file says now', async () => {
      const other = sample
        .replace('10.250.9.26/30', '10.250.9.25/30')
        .replace(/^route.*\n/gm, '')
        .replace('10.250.7.2', '10.250.7.3');
      weft.write({ [`lab/B.d/${keyfiles}/F.nmconnection`]: other });
      await weft.ok(directory, 'link', 'B', 'F', 'off');
      await weft.ok(directory, 'link', 'B', 'F', 'on');
      expect(await inNode('B', 'ip', '-br', 'address', 'show', 'dev', 'F')).toMatch(/ 10\.250\.9\.25\/30 *\n$/);
      expect((await inNode('B', 'ip', 'route')).trim()).toMatch(/^10\.250\.9\.24\/30 [^\n]*$/);
      expect(await inNode('B', 'cat', '/etc/resolv.conf')).toBe('nameserver 10.250.7.3\n');
      expect(await ownView('B')).toBe('nameserver 10.250.7.3\n');
      weft.write({ [`lab/B.d/${keyfiles}/F.nmconnection`]: sample });
      await weft.ok(directory, 'link', 'B', 'F', 'off');
      await weft.ok(directory, 'link', 'B', 'F', 'on');
      await isAsTheSampleSays('B');
    });

    it("shows the node's own process, and nobody else, its name server", async () => {
      expect(await ownView('B')).toBe('nameserver 10.250.7.2\n');
      expect(await inNode('F', 'cat', '/etc/resolv.conf')).toBe(ofMachine);
    });

    it('gives a guest the rest of its folder, too', async () => {
      expect(await inNode('guest', 'cat', '/rw/bind-dirs/it is deep/hello')).toBe('hello\n');
      expect(await inNode('guest', 'stat', '-c', '%a', `/${keyfiles}/F.nmconnection`)).toBe('600\n');
      expect(await inNode('guest', 'cat', `/${keyfiles}/F.nmconnection`)).toBe(sample);
    });

    it('gives it again to a guest that is started again', async () => {
      await inNode('guest', 'sh', '-c', 'echo changed >"/rw/bind-dirs/it is deep/hello"');
      await weft.ok(directory, 'restart', 'guest');
      await weft.ok(directory, 'up');
      await isAsTheSampleSays('guest');
      expect(await inNode('guest', 'cat', '/rw/bind-dirs/it is deep/hello')).toBe('hello\n');
    });

    it('leaves it as it is when another engine takes over', async () => {
      await inNode('guest', 'sh', '-c', 'echo changed >"/rw/bind-dirs/it is deep/hello"');
      process.kill((await weft.status(directory)).engine, 'SIGKILL');
      for (const node of ['B', 'guest']) await isAsTheSampleSays(node);
      await weft.ok(directory, 'start');
      for (const node of ['B', 'guest']) await isAsTheSampleSays(node);
      expect(await inNode('guest', 'cat', '/rw/bind-dirs/it is deep/hello')).toBe('changed\n');
    });

    it('gives the keyfile to NetworkManager where a guest has one, and lets it have its way', async () => {
      const folder = '/etc/NetworkManager/system-connections';
      const nmcli = '/usr/bin/nmcli';
      await inNode(
        'guest',
        'sh',
        '-c',
        `mkdir -p ${folder} && echo '#!/bin/sh\necho "$@" >>/run/nmcli' >${nmcli} && chmod 755 ${nmcli}`,
      );
      await inNode('guest', 'ip', 'route', 'delete', 'default');
      process.kill((await weft.status(directory)).engine, 'SIGKILL');
      await eventually(
        async () => (await weft.weft(directory, 'exec', 'guest', '--', 'cat', '/run/nmcli')).stdout === 'connection reload\n',
        'the reload of NetworkManager',
      );
      expect(await inNode('guest', 'cat', `${folder}/F.nmconnection`)).toBe(sample);
      expect(await inNode('guest', 'stat', '-c', '%a', `${folder}/F.nmconnection`)).toBe('600\n');
      expect(await inNode('guest', 'ip', 'route', 'show', 'default')).toBe('');
    });

    it('configures the interfaces that attach-network-to makes, in any order of start, and takes name servers back with them', async () => {
      here = weft.write({
        'attached/topology.dot.in': 'graph attached { qn_template="namespace"; N; F; B [qn_template="small"]; }',
        [`attached/N.d/${keyfiles}/F.nmconnection`]: sample,
        [`attached/B.d/${keyfiles}/F.nmconnection`]: sample,
      });
      await weft.ok(here, 'up');
      for (const node of ['N', 'B']) {
        await weft.ok(here, 'features', node, 'attach-network-to', 'F');
        await isAsTheSampleSays(node);
        for (const order of [
          ['F', node],
          [node, 'F'],
        ]) {
          await weft.ok(here, 'stop', 'F', node);
          for (const each of order) await weft.ok(here, 'start', '--wait', each);
          await isAsTheSampleSays(node);
        }
        await weft.ok(here, 'features', node, '--unset', 'attach-network-to');
      }
      expect(await inNode('N', 'cat', '/etc/resolv.conf')).toBe(ofMachine);
      await eventually(
        async () => (await inNode('B', 'cat', '/etc/resolv.conf')) === '',
        'the resolver of the guest to be as it was',
      );
      await weft.ok(here, 'down');
    });
  });
});
