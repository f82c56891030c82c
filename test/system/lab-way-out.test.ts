import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';

const topology = `graph out {
  qn_template="namespace";
  internet [qn_kind="internet"];
  net [qn_netvm="internet", qn_provides_network="true"];
  work [qn_netvm="net"];
}`;

/** An address of the machine that is not its loopback's. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

describe.each<Holder>(['root', 'user with tun'])('the way out of a lab, as %s', (holder) => {
  const missing = holderLacks(holder) ?? (address === undefined ? 'the machine has no address but its loopback' : undefined);
  if (missing !== undefined) process.stdout.write(`skipped: the way out as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;
    let server: Server;
    let port: number;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'lab/topology.dot.in': topology });
      server = createServer((socket) => socket.end('hello\n'));
      await new Promise<void>((resolve) => server.listen(0, address, resolve));
      port = (server.address() as { port: number }).port;
      await weft.ok(directory, 'up');
    });
    afterAll(async () => {
      server.close();
      await weft.end();
    });

    const fetched = (node: string, host: string) => {
      const script = `require('net').connect(${port}, '${host}').on('data', (text) => process.stdout.write(text)).on('error', () => process.exit(1))`;
      return weft.weft(directory, 'exec', node, '--', 'timeout', '5', process.execPath, '-e', script);
    };

    it('leads through providers to the machine’s own network, and not to its loopback', async () => {
      expect((await fetched('work', address ?? '')).stdout).toBe('hello\n');
      expect((await fetched('internet', '10.0.2.2')).stdout).toBe('');
    });

    it('leads questions to the machine’s own name servers', async () => {
      const chain = await weft.ok(directory, 'exec', 'internet', '--', 'nft', 'list', 'chain', 'ip', 'qubes', 'dnat-dns');
      expect(chain).toContain('ip daddr 10.139.1.1 udp dport 53 dnat to 10.0.2.3');
    });

    it('is there again when its node is, and when another engine takes over', async () => {
      await weft.ok(directory, 'stop', '--force', 'internet');
      await weft.ok(directory, 'start', 'internet');
      process.kill((await weft.status(directory)).engine, 'SIGKILL');
      await eventually(async () => (await fetched('work', address ?? '')).stdout === 'hello\n', 'the way out');
    });
  });
});
