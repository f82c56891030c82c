import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const unique = randomBytes(3).toString('hex');
const tap = `wlt${unique}`;
const veth = `wlv${unique}`;
const bridge = `wlb${unique}`;

const hostLinks = `
  host [label="host | { <${tap}> ${tap} | <${veth}> ${veth} | <b1> b1 | <b2> b2 }"];
  a:host -- host:${tap} [qn_tailip="10.5.0.2/24", qn_headip="10.5.0.1/24"];
  n1:host -- host:${veth} [qn_tailip="10.6.0.2/24", qn_headip="10.6.0.1/24"];
  a:br -- host:b1 [qn_bridge="${bridge}", qn_tailip="10.7.0.2/24"];
  n1:br -- host:b2 [qn_bridge="${bridge}", qn_tailip="10.7.0.3/24"];
`;

const topology = (more: string) => `graph wires {
  node [shape=record];
  qn_template="namespace";
  a [label="a", qn_template="small"];
  b [label="b", qn_template="small"];
  n1 [label="n1"];
  n2 [label="n2"];
  sw [label="sw", qn_hub="true"];
  a:vm -- b:vm [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  a:ns -- n1:vm [qn_tailip="10.2.0.1/24", qn_headip="10.2.0.2/24"];
  n1:ns -- n2:ns [qn_tailip="10.3.0.1/24", qn_headip="10.3.0.2/24"];
  a:hub -- sw [qn_tailip="10.4.0.1/24"];
  b:hub -- sw [qn_tailip="10.4.0.2/24"];
  n2:hub -- sw [qn_tailip="10.4.0.3/24"];
  ${more}
}`;

const environment = { PATH: process.env['PATH'] ?? '' };

describe.each<Holder>(['root', 'user', 'user with tun'])('every kind of wire, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: every kind of wire as ${holder}: ${missing}\n`);
  const asRoot = holder === 'root' && process.getuid?.() === 0;

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;

    const onMachine = async (...argv: string[]) => {
      const { code, stderr } = await runCommand(argv, { environment });
      expect([code, stderr]).toEqual([0, '']);
    };

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'wires/topology.dot.in': topology(asRoot ? hostLinks : '') });
      if (asRoot) {
        await onMachine('ip', 'link', 'add', 'name', bridge, 'up', 'type', 'bridge');
        await onMachine('ip', 'address', 'add', '10.7.0.1/24', 'dev', bridge);
      }
      await weft.ok(directory, 'up');
    });

    afterAll(async () => {
      try {
        await weft.ok(directory, 'down');
      } finally {
        if (asRoot) await onMachine('ip', 'link', 'delete', 'dev', bridge);
        await weft.end();
      }
    });

    it('carries a ping between two virtual machines', () => weft.pings(directory, 'a', '10.1.0.2'));

    it('carries a ping between a virtual machine and a namespace, both ways', async () => {
      await weft.pings(directory, 'a', '10.2.0.2');
      await weft.pings(directory, 'n1', '10.2.0.1');
    });

    it('carries a ping between two namespaces', () => weft.pings(directory, 'n1', '10.3.0.2'));

    it('carries pings between all nodes of a shared segment', async () => {
      await weft.pings(directory, 'a', '10.4.0.2');
      await weft.pings(directory, 'a', '10.4.0.3');
      await weft.pings(directory, 'n2', '10.4.0.2');
    });

    it.skipIf(!asRoot)('joins a virtual machine to the machine', async () => {
      await weft.pings(directory, 'a', '10.5.0.1');
      await onMachine('ping', '-q', '-c', '1', '-W', '5', '10.5.0.2');
    });

    it.skipIf(!asRoot)('joins a namespace to the machine', async () => {
      await weft.pings(directory, 'n1', '10.6.0.1');
      await onMachine('ping', '-q', '-c', '1', '-W', '5', '10.6.0.2');
    });

    it.skipIf(!asRoot)('joins both to a bridge that is there', async () => {
      await weft.pings(directory, 'a', '10.7.0.3');
      await weft.pings(directory, 'a', '10.7.0.1');
      await weft.pings(directory, 'n1', '10.7.0.1');
    });

    it.each([
      { kind: 'two virtual machines', near: ['a', 'vm'], far: ['b', 'vm'], target: '10.1.0.2' },
      { kind: 'a virtual machine and a namespace', near: ['a', 'ns'], far: ['n1', 'vm'], target: '10.2.0.2' },
      { kind: 'two namespaces', near: ['n1', 'ns'], far: ['n2', 'ns'], target: '10.3.0.2' },
    ] as const)('unplugs $kind, seen at both ends, and plugs them again', async ({ near, far, target }) => {
      await weft.ok(directory, 'link', ...near, 'off');
      for (const [node, port] of [near, far]) await seen(node, port, false);
      await weft.doesNotPing(directory, near[0], target);
      await weft.ok(directory, 'link', ...far, 'on');
      for (const [node, port] of [near, far]) await seen(node, port, true);
      await weft.pings(directory, near[0], target);
    });

    it('unplugs one port of a shared segment and leaves the others', async () => {
      await weft.ok(directory, 'link', 'b', 'hub', 'off');
      await seen('b', 'hub', false);
      await seen('a', 'hub', true);
      await weft.doesNotPing(directory, 'a', '10.4.0.2');
      await weft.pings(directory, 'a', '10.4.0.3');
      await weft.ok(directory, 'link', 'b', 'hub', 'on');
      await weft.pings(directory, 'a', '10.4.0.2');
    });

    /** The node's kernel and `status` agree about the carrier. */
    const seen = async (node: string, port: string, carrier: boolean) => {
      await eventually(async () => {
        const flags = await weft.ok(directory, 'exec', node, '--', 'ip', '-br', 'link', 'show', 'dev', port);
        return flags.includes('LOWER_UP') === carrier;
      }, `carrier ${carrier} at ${node}:${port}`);
      const { nodes } = await weft.status(directory);
      const shown = nodes.find(({ name }) => name === node)?.ports.find(({ name }) => name === port);
      expect({ node, port, carrier: shown?.carrier }).toEqual({ node, port, carrier });
    };
  });
});
