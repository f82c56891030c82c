import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, changes, edited, topologies } from '../../test/support/random-changes.ts';
import type { Change } from './change.ts';
import { editTopology, isFault } from './edit-topology.ts';
import type { Topology } from './topology.ts';

const outcome = (change: Change, topology: Topology = beginning) => editTopology(topology, change);
const end = (text: string) => ({ node: text.split(':')[0] ?? '', port: text.split(':')[1] });
const attach = (tail: string, head: string): Change => ({ change: 'attach', tail: end(tail), head: end(head), attributes: {} });

describe('editTopology', () => {
  it.each<[string, Change]>([
    ['no-such-node', { change: 'remove', node: 'x' }],
    ['no-such-node', { change: 'clone', node: 'c', from: 'x' }],
    ['no-such-node', attach('a:eth5', 'x:eth0')],
    ['no-such-link', { change: 'detach', link: 'a:eth0--a:eth1' }],
    ['no-such-link', { change: 'link', link: 'x', attributes: {} }],
    ['exists', { change: 'clone', node: 'b', from: 'a' }],
    ['exists', { change: 'create', node: 'a', kind: 'vm', template: 'small', attributes: {} }],
    ['in-use', attach('a:eth0', 'b:eth1')],
    ['in-use', attach('b:eth1', 'a:eth1')],
    ['bad-value', attach('a', 'b:eth1')],
    ['bad-value', attach('a:eth2', 'a:eth2')],
    ['bad-value', attach('a:sixteen_bytes_xy', 'b:eth1')],
    ['bad-value', attach('a:default', 'b:eth1')],
    ['bad-value', { change: 'create', node: '../x', kind: 'vm', template: 'small', attributes: {} }],
    ['bad-value', { change: 'node', node: 'a', attributes: { 'feature.attach-network-to': 'b\nb' } }],
    ['bad-value', { change: 'node', node: 'a', attributes: { qn_firewall: 'accept' } }],
    ['bad-value', { change: 'create', node: 'x', kind: 'vm', template: 'small', attributes: { qn_firewall: 'action=' } }],
  ])('refuses with %s: %j', (code, change) => {
    const refusal = outcome(change);
    expect(refusal).toMatchObject({ code, message: expect.any(String), hint: expect.any(String) });
  });

  it('names every wrong line of attach-network-to', () => {
    const value = 'b\na\n\nc frontend_mac=1\\nd mac=2';
    expect(outcome({ change: 'node', node: 'a', attributes: { 'feature.attach-network-to': value } })).toMatchObject({
      message: expect.stringMatching(/line 2: .*itself; line 4: 1 is no MAC address; line 5: there is no option mac=2$/),
    });
  });

  it('names every wrong rule of a firewall, and takes right ones as they are written', () => {
    const change = (value: string | null): Change => ({ change: 'node', node: 'a', attributes: { qn_firewall: value } });
    expect(outcome(change('action=accept\nproto=tcp\\n\naction=drop proto=icmp dstports=80'))).toMatchObject({
      message:
        'firewall of a: line 2: a rule needs an action; line 3: an empty line is no rule; line 4: dstports needs proto=tcp or proto=udp',
      hint: 'begin with action=accept or action=drop',
    });
    const right = 'dstname=192.0.2.1 action=accept\\naction=drop expire=1';
    const changed = edited(beginning, [change(right)]);
    expect(changed.nodes.find(({ name }) => name === 'a')?.attributes).toMatchObject({ qn_firewall: right });
    expect(edited(changed, [change(null)])).toEqual(beginning);
  });

  it('clones what more than one node can have', () => {
    const source = edited(beginning, [
      { change: 'node', node: 'b', attributes: { qn_basemac: '02:00:00:00', qn_console: '9001', qn_mem: '64M' } },
    ]);
    const clone = edited(source, [{ change: 'clone', node: 'c', from: 'b' }]).nodes.at(-1);
    expect(clone).toMatchObject({ name: 'c', kind: 'vm', template: 'small' });
    expect(clone?.attributes).toEqual({ qn_template: 'small', color: 'red', qn_mem: '64M' });
  });

  it('names no port of a hub', () => {
    const topology = edited(beginning, [attach('b:eth1', 'hub1:eth7')]);
    expect(topology.links.at(-1)).toMatchObject({ id: 'b:eth1--hub1', head: { node: 'hub1', port: undefined } });
  });

  it('joins two hubs once', () => {
    const topology = edited(beginning, [{ change: 'clone', node: 'hub2', from: 'hub1' }, attach('hub1', 'hub2:x')]);
    expect(outcome(attach('hub1:y', 'hub2'), topology)).toMatchObject({ code: 'exists' });
  });

  it('takes the links of a node away with it', () => {
    expect(edited(beginning, [{ change: 'remove', node: 'a' }]).links).toEqual([]);
  });

  it('never touches the topology that it is given', () => {
    const before = structuredClone(beginning);
    fc.assert(
      fc.property(changes, (all) => {
        edited(beginning, all);
        expect(beginning).toEqual(before);
      }),
    );
  });

  it('only ever gives topologies whose names, ids and ports are unique, and whose links have both their nodes', () => {
    fc.assert(
      fc.property(topologies, ({ nodes, links }) => {
        const names = new Set(nodes.map(({ name }) => name));
        expect(names.size).toBe(nodes.length);
        expect(new Set(links.map(({ id }) => id)).size).toBe(links.length);
        const ends = links.flatMap(({ tail, head }) => [tail, head]);
        expect(ends.filter(({ node }) => !names.has(node))).toEqual([]);
        const ports = ends.filter(({ port }) => port !== undefined).map(({ node, port }) => `${node}:${port}`);
        expect(new Set(ports).size).toBe(ports.length);
      }),
    );
  });

  it('undoes an attach by the detach of its id', () => {
    fc.assert(
      fc.property(topologies, changes, (topology, all) => {
        for (const change of all) {
          const next = editTopology(topology, change);
          if (change.change !== 'attach' || isFault(next)) continue;
          expect(editTopology(next, { change: 'detach', link: next.links.at(-1)?.id ?? '' })).toEqual(topology);
        }
      }),
    );
  });
});
