import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, edited, topologies } from '../../test/support/random-changes.ts';
import type { Topology } from '../model/topology.ts';
import { type Connection, connectionLink, connectionsOf } from './attachments.ts';

const facts = (runs: Iterable<string>, paused: Iterable<string> = []) => {
  const [running, still] = [new Set(runs), new Set(paused)];
  return { runs: (node: string) => running.has(node), paused: (node: string) => still.has(node) };
};
const everybody = ['a', 'b', 'c', 'd', 'hub1'];
const some = fc.subarray(everybody);

const lab = (...features: readonly (readonly [string, string])[]): Topology =>
  features.reduce(
    (topology, [node, lines]) => edited(topology, [{ change: 'node', node, attributes: { 'feature.attach-network-to': lines } }]),
    edited(beginning, [
      { change: 'create', node: 'c', kind: 'namespace', template: 'namespace', attributes: {} },
      { change: 'create', node: 'd', kind: 'namespace', template: 'namespace', attributes: {} },
    ]),
  );

const brief = (connections: readonly Connection[]) => connections.map((connection) => connectionLink(connection).id);
const portsOf = ({ backend, backendPort, frontend, frontendPort }: Connection) => [
  `${backend}:${backendPort}`,
  `${frontend}:${frontendPort}`,
];

describe('connectionsOf', () => {
  it('joins a backend to the frontends that run, by the next ethN there and by their names here', () => {
    expect(brief(connectionsOf(lab(['a', 'b\nc\nd\nfar']), [], facts(['a', 'b', 'c'])))).toEqual(['a:b--b:eth1', 'a:c--c:eth0']);
  });

  it('makes another connection of a changed MAC', () => {
    const before = connectionsOf(lab(['a', 'b']), [], facts(['a', 'b']));
    const after = connectionsOf(lab(['a', 'b frontend_mac=02:00:00:00:00:07']), before, facts(['a', 'b']));
    expect(after).toEqual([{ ...before[0], mac: '02:00:00:00:00:07' }]);
    expect(after.map((connection) => connectionLink(connection).attributes['qn_headmac'])).toEqual(['02:00:00:00:00:07']);
  });

  it('joins two nodes that are backends of each other twice', () => {
    const connections = connectionsOf(lab(['c', 'd'], ['d', 'c']), [], facts(['c', 'd']));
    expect(brief(connections)).toEqual(['c:d--d:eth0', 'd:c--c:eth0']);
  });

  it('takes another port when a link of the topology takes one meanwhile', () => {
    const before = connectionsOf(lab(['a', 'c']), [], facts(['a', 'c']));
    const end = (node: string, port: string) => ({ node, port });
    const next = edited(lab(['a', 'c']), [{ change: 'attach', tail: end('c', 'eth0'), head: end('b', 'eth3'), attributes: {} }]);
    expect(brief(connectionsOf(next, before, facts(['a', 'c'])))).toEqual(['a:c--c:eth1']);
  });

  it('is nothing where nothing runs, or the feature is gone', () => {
    const before = connectionsOf(lab(['a', 'b']), [], facts(['a', 'b']));
    expect(connectionsOf(lab(['a', 'b']), before, facts([]))).toEqual([]);
    expect(connectionsOf(lab(), before, facts(everybody))).toEqual([]);
  });

  it('changes nothing when it is asked again, and keeps the very same values', () => {
    fc.assert(
      fc.property(topologies, some, some, (topology, running, paused) => {
        const once = connectionsOf(topology, [], facts(running, paused));
        const again = connectionsOf(topology, once, facts(running, paused));
        expect(again.length).toBe(once.length);
        for (const [at, connection] of again.entries()) expect(connection).toBe(once[at]);
      }),
      { numRuns: 500 },
    );
  });

  it('never uses a port twice, nor one of the links of the topology, whatever was before', () => {
    fc.assert(
      fc.property(topologies, topologies, some, some, (earlier, topology, ran, running) => {
        const before = connectionsOf(earlier, [], facts(ran));
        const ports = connectionsOf(topology, before, facts(running)).flatMap(portsOf);
        const taken = topology.links.flatMap(({ tail, head }) => [tail, head].map(({ node, port }) => `${node}:${port}`));
        expect(new Set([...ports, ...taken]).size).toBe(ports.length + new Set(taken).size);
      }),
      { numRuns: 500 },
    );
  });

  it('joins the same pairs whichever node starts first; only the ethN may be others', () => {
    fc.assert(
      fc.property(topologies, some, fc.infiniteStream(fc.nat()), (topology, running, dice) => {
        const order = running.map((node) => ({ node, at: dice.next().value ?? 0 })).sort((one, other) => one.at - other.at);
        let connections: readonly Connection[] = [];
        for (const [count] of order.entries()) {
          connections = connectionsOf(topology, connections, facts(order.slice(0, count + 1).map(({ node }) => node)));
        }
        const pairs = (all: readonly Connection[]) =>
          new Set(all.map((connection) => JSON.stringify({ ...connection, frontendPort: '' })));
        expect(pairs(connections)).toEqual(pairs(connectionsOf(topology, [], facts(running))));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what is there while nodes stand still, makes nothing new with them, and makes all when they go on', () => {
    fc.assert(
      fc.property(topologies, some, some, some, (topology, ran, running, paused) => {
        const before = connectionsOf(topology, [], facts(ran));
        const now = connectionsOf(topology, before, facts(running, paused));
        for (const connection of before) {
          const alive = [connection.backend, connection.frontend].every((node) => running.includes(node));
          expect(now.includes(connection)).toBe(alive);
        }
        for (const { backend, frontend } of now.filter((connection) => !before.includes(connection))) {
          expect([paused.includes(backend), paused.includes(frontend)]).toEqual([false, false]);
        }
        const resumed = connectionsOf(topology, now, facts(running));
        expect(resumed.length).toBe(connectionsOf(topology, [], facts(running)).length);
      }),
      { numRuns: 300 },
    );
  });
});
