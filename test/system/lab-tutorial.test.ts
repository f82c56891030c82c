import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const tutorial = readFileSync(join(import.meta.dirname, '../../examples/tutorial/topology.dot.in'), 'utf8');
const lab = ['--template', 'small'];

describe.each<Holder>(['root', 'user', 'user with tun'])('the tutorial, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: the tutorial as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    /** Directory and words that name each lab. */
    const names: string[][] = holder === 'root' ? [[]] : [[], ['-n', 'second']];

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'tutorial/topology.dot.in': tutorial });
    });

    afterAll(() => weft.end());

    it('comes up, each lab with a table of its nodes, also two of the same file at the same time', async () => {
      const tables = await Promise.all(names.map((name) => weft.ok(directory, ...name, 'up', ...lab)));
      for (const table of tables) {
        expect(table.split('\n').map((line) => line.replace(/\s+/g, ' ').replace(/ \d+ /, ' PID '))).toEqual([
          'NODE KIND STATE PID PORTS',
          'server vm small running PID eth0 eth1',
          'client1 vm small running PID eth0',
          'client2 vm small running PID eth0',
          '',
        ]);
      }
    });

    it.each(names.map((name) => ({ name })))(
      'shows the interfaces in the guests with the MACs of the file $name',
      async ({ name }) => {
        const server = await weft.ok(directory, ...name, 'exec', 'server', '--', 'ip', '-br', 'link');
        expect(server).toMatch(/^eth0 +\S+ +00:07:7c:12:34:56 /m);
        expect(server).toMatch(/^eth1 +\S+ +00:07:7c:00:03:02 /m);
        const client1 = await weft.ok(directory, ...name, 'exec', 'client1', 'ip', '-br', 'link');
        expect(client1).toMatch(/^eth0 +\S+ +08:00:20:c0:ff:ee /m);
        expect(await weft.ok(directory, ...name, 'exec', 'client2', 'ip', '-br', 'link')).toMatch(
          /^eth0 +\S+ +00:a0:85:00:02:01 /m,
        );
      },
    );

    it.each(names.map((name) => ({ name })))(
      'lets the server, and not client1 and client2, reach the others $name',
      async ({ name }) => {
        const set = (node: string, port: string, address: string) =>
          weft.ok(directory, ...name, 'exec', node, '--', 'ip', 'address', 'add', address, 'dev', port);
        await Promise.all([
          set('server', 'eth0', '10.0.1.1/24'),
          set('server', 'eth1', '10.0.2.1/24'),
          set('client1', 'eth0', '10.0.1.2/24'),
          set('client2', 'eth0', '10.0.2.2/24'),
          set('client1', 'eth0', '10.0.3.1/24'),
          set('client2', 'eth0', '10.0.3.2/24'),
        ]);
        await weft.pings(directory, 'server', '10.0.1.2', ...name);
        await weft.pings(directory, 'server', '10.0.2.2', ...name);
        await weft.doesNotPing(directory, 'client1', '10.0.3.2', ...name);
        const neighbours = await weft.ok(directory, ...name, 'exec', 'client1', '--', 'ip', 'neighbour', 'show', '10.0.3.2');
        expect(neighbours).not.toContain('lladdr');
      },
    );

    it('goes down and leaves nothing', async () => {
      await weft.ok(directory, 'down', '--all');
      await weft.nothingLeft();
    });
  });
});
