import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { freePort } from '../support/lab-free-port.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { filesBelow } from '../support/lab-snapshot.ts';

const topology = (port: number) => `graph private {
  node [shape=record];
  a [label="a", qn_template="small", qn_console="${port}"];
  b [label="b", qn_template="small"];
  n [label="n", qn_template="namespace"];
  a:eth0 -- b:eth0;
  b:eth1 -- n:eth0;
}`;

const environment = { PATH: process.env['PATH'] ?? '' };
const listeners = async () =>
  (await runCommand(['ss', '-Hltun'], { environment })).stdout.split('\n').map((line) => line.replace(/ +/g, ' ').trim());

describe.each<Holder>(['root', 'user'])('what others see of a lab, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: what others see of a lab as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    let port: number;
    let before: readonly string[];

    beforeAll(async () => {
      weft = await labFixture(holder);
      port = await freePort();
      directory = weft.write({ 'private/topology.dot.in': topology(port) });
      before = await listeners();
      await weft.ok(directory, 'up');
    });

    afterAll(() => weft.end());

    it('listens on the port that the topology asks for, on 127.0.0.1, and on no other', async () => {
      const ours = (await listeners()).filter((line) => !before.includes(line));
      // Other tests on the same machine may come and go: what stays is the lab's.
      await eventually(
        async () => {
          const now = await listeners();
          return ours.filter((line) => now.includes(line)).length === 1;
        },
        `one listener, not ${ours.join(', ')}`,
      );
      expect(ours.filter((line) => line.includes(`:${port} `))).toEqual([
        expect.stringMatching(new RegExp(`tcp LISTEN \\S+ \\S+ 127.0.0.1:${port} `)),
      ]);
      const { nodes } = await weft.status(directory);
      expect(nodes.map(({ name, console, monitor }) => [name, console, monitor])).toEqual([
        ['a', port, undefined],
        ['b', undefined, undefined],
        ['n', undefined, undefined],
      ]);
      expect((await weft.run(['qeneth', 'status'], { directory })).stdout.replace(/ +/g, ' ')).toMatch(
        new RegExp(`^a \\d+ ${port} ?\\nb \\d+ ?\\n`, 'm'),
      );
    });

    it('speaks telnet there', async () => {
      const socket = connect(port, '127.0.0.1');
      const seen: Buffer[] = [];
      socket.on('data', (bytes) => seen.push(bytes));
      try {
        await eventually(() => {
          socket.write('hostname\r\n');
          return /\na\r?\n/.test(Buffer.concat(seen).toString('latin1'));
        }, 'an answer on the console');
        // WILL ECHO of RFC 857, as a telnet server says it for a console.
        expect(Buffer.concat(seen).includes(Buffer.from([255, 251, 1]))).toBe(true);
      } finally {
        socket.destroy();
      }
    });

    it('closes the port when the node stops', async () => {
      await weft.ok(directory, 'stop', 'a');
      expect((await listeners()).filter((line) => line.includes(`:${port} `))).toEqual([]);
      await weft.ok(directory, 'start', '--wait', 'a');
      expect((await listeners()).filter((line) => line.includes(`:${port} `)).length).toBe(1);
    });

    it('keeps sockets, logs and the state from everybody else', () => {
      for (const folder of [`${weft.folder}/run/weft`, `${weft.folder}/state/weft`]) {
        expect([folder, statSync(folder).mode & 0o777]).toEqual([folder, 0o700]);
        expect(statSync(folder).uid).toBe(weft.uid);
      }
      const open = filesBelow(`${weft.folder}/run/weft/private/nodes`).filter((name) => {
        const found = statSync(`${weft.folder}/run/weft/private/nodes/${name}`);
        return (found.mode & 0o077) !== 0;
      });
      expect(open).toEqual([]);
      const logs = filesBelow(directory).filter((name) => name.endsWith('.log'));
      expect(logs).toContain('a.console.log');
      expect(logs.filter((name) => (statSync(`${directory}/${name}`).mode & 0o077) !== 0)).toEqual([]);
      expect(statSync(`${weft.folder}/run/weft/private/api.sock`).mode & 0o777).toBe(0o600);
      expect(statSync(`${weft.folder}/state/weft/private.json`).mode & 0o777).toBe(0o600);
    });

    it('runs QEMU without capabilities, without new privileges and under seccomp', async () => {
      const { nodes } = await weft.status(directory);
      for (const { name, pid } of nodes.filter(({ kind }) => kind === 'vm')) {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const of = (key: string) => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1];
        expect([name, of('Name'), of('CapEff'), of('CapBnd'), of('NoNewPrivs'), of('Seccomp')]).toEqual([
          name,
          expect.stringMatching(/^qemu/),
          '0000000000000000',
          '0000000000000000',
          '1',
          '2',
        ]);
      }
    });

    it.skipIf(holder !== 'root' || process.getuid?.() !== 0)('refuses another user, who sees no such lab', async () => {
      const other = ['setpriv', '--reuid=61743', '--regid=61743', '--clear-groups'];
      const { code } = await runCommand([...other, 'ls', `${weft.folder}/run/weft`], { environment });
      expect(code).not.toBe(0);
      const foreign = { ...weft.environment, XDG_STATE_HOME: '/nonexistent', HOME: '/nonexistent' };
      const found = await runCommand([...other, 'weft', '-n', 'private', 'status'], { environment: foreign });
      expect({ code: found.code, stderr: found.stderr }).toEqual({
        code: expect.any(Number),
        stderr: expect.stringMatching(/^ERROR: /),
      });
      expect(found.code).not.toBe(0);
    });
  });
});
