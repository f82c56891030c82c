import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, Link, Topology, TopologyNode } from '../model/topology.ts';
import { macPlan } from './mac-plan.ts';

function node(name: string, attributes: Attributes = {}, kind: TopologyNode['kind'] = 'vm'): TopologyNode {
  return { name, kind, template: kind === 'vm' || kind === 'namespace' ? 'small' : undefined, attributes, labelPorts: [] };
}

/** `a:eth0 -- b:eth0` */
function link(text: string, attributes: Attributes = {}): Link {
  const [tail, head] = text.split(' -- ').map((end) => {
    const [name = '', port] = end.split(':');
    return { node: name, port };
  });
  if (tail === undefined || head === undefined) throw new Error(`not a link: ${text}`);
  return { id: text, tail, head, attributes };
}

function topology(nodes: readonly TopologyNode[], links: readonly Link[], attributes: Attributes = {}): Topology {
  return { name: 't', attributes, nodes, links };
}

const plan = (...from: Parameters<typeof topology>): Record<string, string> => Object.fromEntries(macPlan(topology(...from)));

describe('macPlan', () => {
  it('numbers nodes and ports in version order, from 1', () => {
    const nodes = [node('r10'), node('r2'), node('idle')];
    expect(plan(nodes, [link('r10:eth10 -- r2:eth0'), link('r10:eth2 -- r2:eth1')])).toEqual({
      'r2:eth0': '02:00:00:00:01:01',
      'r2:eth1': '02:00:00:00:01:02',
      'r10:eth2': '02:00:00:00:02:01',
      'r10:eth10': '02:00:00:00:02:02',
    });
  });

  it('does the tutorial as it says: given ones, one base for one node, the OUI for the others', () => {
    const nodes = [node('server', { qn_basemac: '00:07:7c:00:00:00' }), node('client1'), node('client2')];
    const links = [
      link('server:eth0 -- client1:eth0', { qn_tailmac: '00:07:7c:12:34:56', qn_headmac: '08:00:20:C0:FF:EE' }),
      link('server:eth1 -- client2:eth0'),
    ];
    expect(plan(nodes, links, { qn_oui: '00:a0:85' })).toEqual({
      'server:eth0': '00:07:7c:12:34:56',
      'client1:eth0': '08:00:20:c0:ff:ee',
      'server:eth1': '00:07:7c:00:03:02',
      'client2:eth0': '00:a0:85:00:02:01',
    });
  });

  it('gives hosts and hubs none, but keeps what the file gives them', () => {
    const nodes = [node('host', {}, 'host'), node('sw', {}, 'hub'), node('a')];
    const links = [
      link('host:tap0 -- a:eth0', { qn_tailmac: '02:00:00:00:00:99' }),
      link('host:tap1 -- a:eth1'),
      link('a:eth2 -- sw'),
    ];
    expect(Object.keys(plan(nodes, links)).sort()).toEqual(['a:eth0', 'a:eth1', 'a:eth2', 'host:tap0']);
  });

  it('steps aside, to the top of the range, for an address that the file gives to another port', () => {
    const links = [link('a:eth0 -- b:eth0', { qn_headmac: '02:00:00:00:01:01' })];
    expect(plan([node('a'), node('b')], links)).toEqual({ 'b:eth0': '02:00:00:00:01:01', 'a:eth0': '02:00:00:ff:ff:ff' });
  });

  it('carries node numbers above 255 into the fourth byte', () => {
    const nodes = Array.from({ length: 600 }, (_, at) => node(`n${at}`));
    const links = nodes.slice(1).map((_, at) => link(`n${at}:e0 -- n${at + 1}:e1`));
    const macs = macPlan(topology(nodes, links, { qn_oui: '00:a0:85' }));
    expect(macs.get('n254:e0')).toBe('00:a0:85:00:ff:01');
    expect(macs.get('n255:e0')).toBe('00:a0:85:01:00:01');
    expect(new Set(macs.values()).size).toBe(macs.size);
  });

  it('takes port numbers above 255 from the top of the range', () => {
    const nodes = [node('a'), node('b')];
    const links = Array.from({ length: 300 }, (_, at) => link(`a:e${at} -- b:e${at}`));
    const macs = macPlan(topology(nodes, links));
    expect(macs.get('a:e254')).toBe('02:00:00:00:01:ff');
    expect(macs.get('a:e255')).toBe('02:00:00:ff:ff:ff');
    expect(new Set(macs.values()).size).toBe(600);
  });

  const bases = fc.constantFrom(undefined, '02:00:00:00:00:00', '02:00:00:01', '00:07:7c:00:00:00', 'nonsense');
  const mac = fc.constantFrom(undefined, '02:00:00:00:01:01', '02:00:00:00:02:02', '02:00:00:ff:ff:ff', '02:00:00:01:01:01');
  const labs = fc
    .record({
      bases: fc.array(bases, { minLength: 2, maxLength: 6 }),
      links: fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5), tail: mac, head: mac }), { maxLength: 10 }),
    })
    .map(({ bases: list, links }) => {
      const given = new Set<string>();
      const once = (value = ''): string => {
        const first = !given.has(value);
        given.add(value);
        return first ? value : '';
      };
      const nodes = list.map((base, at) => node(`n${at}`, base === undefined ? {} : { qn_basemac: base }));
      return topology(
        nodes,
        links.map(({ from, to, tail, head }, at) =>
          link(`n${from % list.length}:t${at} -- n${to % list.length}:h${at}`, {
            qn_tailmac: once(tail),
            qn_headmac: once(head),
          }),
        ),
      );
    });

  it('never gives one address twice', () => {
    fc.assert(
      fc.property(labs, (lab) => {
        const macs = macPlan(lab);
        expect(new Set(macs.values()).size).toBe(macs.size);
        expect(macs.size).toBe(lab.links.length * 2);
      }),
    );
  });

  it('does not depend on the order of lines', () => {
    fc.assert(
      fc.property(labs, (lab) => {
        const turned = { ...lab, nodes: [...lab.nodes].reverse(), links: [...lab.links].reverse() };
        expect(new Map([...macPlan(turned)].sort())).toEqual(new Map([...macPlan(lab)].sort()));
      }),
    );
  });
});
