import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, Link, Topology, TopologyNode } from '../model/topology.ts';
import { portPlan } from './port-plan.ts';

function node(name: string, attributes: Attributes = {}, kind: TopologyNode['kind'] = 'vm'): TopologyNode {
  return { name, kind, template: kind === 'vm' ? 'small' : undefined, attributes, labelPorts: [] };
}

function link(tail: string, head: string, attributes: Attributes = {}): Link {
  const end = (text: string) => ({ node: text.split(':')[0] ?? '', port: text.split(':')[1] });
  return { id: `${tail}--${head}`, tail: end(tail), head: end(head), attributes };
}

const numbers = (lab: Topology): Record<string, readonly (number | undefined)[]> => {
  const plan = portPlan(lab);
  return {
    ...Object.fromEntries(
      [...plan.nodes].map(([name, p]) => [name, [p.console?.port, p.monitor?.port, p.kgdb?.port, p.ugdb?.port]]),
    ),
    ...Object.fromEntries([...plan.links].map(([id, p]) => [id, [p.head.port, p.tail.port]])),
    ...Object.fromEntries([...plan.hubs].map(([name, p]) => [name, [p.port]])),
  };
};

describe('portPlan', () => {
  it('gives what qeneth gives, with its gaps', () => {
    const lab: Topology = {
      name: 'ring4',
      attributes: {},
      nodes: [node('r1'), node('r2'), node('sw', {}, 'hub'), node('host', {}, 'host'), node('r3'), node('r4')],
      links: [
        link('r1:eth0', 'r2:eth1'),
        link('r2:eth0', 'r3:eth1'),
        link('r3:eth0', 'r4:eth1'),
        link('r4:eth0', 'r1:eth1'),
        link('r1:eth10', 'sw'),
        link('sw', 'r3:eth2'),
        link('host:tap0', 'r4:eth9'),
        link('r2:eth9', 'host:br-x'),
        link('r3:eth7', 'r1:eth7', { qn_headport: '30000' }),
        link('r3:eth17', 'r1:eth17'),
      ],
    };
    expect(numbers(lab)).toEqual({
      r1: [10000, 10001, 10002, 10003],
      r2: [10010, 10011, 10012, 10013],
      r3: [10020, 10021, 10022, 10023],
      r4: [10030, 10031, 10032, 10033],
      sw: [20012],
      'r1:eth0--r2:eth1': [20000, 20001],
      'r3:eth7--r1:eth7': [30000, 20003],
      'r3:eth17--r1:eth17': [20004, 20005],
      'r4:eth0--r1:eth1': [20006, 20007],
      'r2:eth0--r3:eth1': [20008, 20009],
      'r3:eth0--r4:eth1': [20017, 20018],
    });
  });

  it('says which ports the file asks for, and steps aside for them', () => {
    const lab: Topology = {
      name: 't',
      attributes: {},
      nodes: [node('a', { qn_console: '10011' }), node('b')],
      links: [link('a:e0', 'b:e0', { qn_tailport: '20000' })],
    };
    const plan = portPlan(lab);
    expect(plan.nodes.get('a')?.console).toEqual({ port: 10011, asked: true });
    expect(plan.nodes.get('b')?.monitor).toEqual({ port: 10000, asked: false });
    expect(plan.links.get('a:e0--b:e0')).toEqual({ head: { port: 20001, asked: false }, tail: { port: 20000, asked: true } });
  });

  it('fills the gaps below when the numbers end, and then gives none', () => {
    const nodes = Array.from({ length: 14_000 }, (_, at) => node(`n${at}`));
    const plan = portPlan({ name: 't', attributes: {}, nodes, links: [] });
    const given = [...plan.nodes.values()].flatMap((ports) => Object.values(ports).map(({ port }) => port));
    expect(plan.nodes.get('n5553')?.console?.port).toBe(65530);
    expect(plan.nodes.get('n5554')?.console?.port).toBe(10004);
    expect(Math.max(...given)).toBe(65535);
    expect(new Set(given).size).toBe(given.length);
    expect(plan.nodes.get('n13999')).toEqual({});
  });

  it('never gives one number twice in a protocol', () => {
    const asked = fc.constantFrom('', '10000', '10012', '10030');
    const labs = fc.record({
      asked: fc.uniqueArray(asked, { minLength: 1, maxLength: 4 }),
      links: fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.constantFrom('', '20004')), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(labs, ({ asked: list, links }) => {
        const nodes = list.map((value, at) => node(`n${at}`, { qn_console: value }));
        const once = links.findIndex(([, , port]) => port !== '');
        const lab = {
          name: 't',
          attributes: {},
          nodes,
          links: links.map(([a, b, port], at) =>
            link(`n${a % nodes.length}:t${at}`, `n${b % nodes.length}:h${at}`, at === once ? { qn_headport: port } : {}),
          ),
        };
        const plan = portPlan(lab);
        const tcp = [...plan.nodes.values()].flatMap((ports) => Object.values(ports).map(({ port }) => port));
        const udp = [...plan.links.values()].flatMap(({ head, tail }) => [head.port, tail.port]);
        expect(new Set(tcp).size).toBe(nodes.length * 4);
        expect(new Set(udp).size).toBe(links.length * 2);
      }),
    );
  });
});
