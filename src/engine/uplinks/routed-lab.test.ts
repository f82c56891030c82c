import { describe, expect, it } from 'vitest';
import type { Attributes, Topology, TopologyNode } from '../../model/topology.ts';
import { noChanges } from '../../model/topology-changes.ts';
import { uplinkTree } from '../../model/uplink-tree.ts';
import { uplinksOf } from '../../plan/uplinks.ts';
import { RoutedLab } from './routed-lab.ts';

const CHAIN = ['sys-net', 'sys-firewall', 'sys-vpn', 'work'];
const FACTS = { resolvers: [], resolved: new Map<string, readonly string[]>(), now: 0 };

/** The first `length` providers of the chain, and work below them; all run but `stopped`. */
function labOf(length: number, forward: string, { stopped, ipv6 = false }: { stopped?: string; ipv6?: boolean } = {}): RoutedLab {
  const names = [...CHAIN.slice(0, length), 'work'];
  const nodes = names.map((name, at): TopologyNode => {
    const netvm = names[at - 1];
    const attributes: Attributes = {
      ...(netvm === undefined ? {} : { qn_netvm: netvm }),
      ...(name === 'work' ? { qn_forward: forward } : { qn_provides_network: 'true' }),
      ...(ipv6 && netvm === undefined ? { 'feature.ipv6': '1' } : {}),
    };
    return { name, kind: 'namespace', template: 'namespace', attributes, labelPorts: [] };
  });
  const topology: Topology = { name: 'lab', attributes: {}, nodes, links: [] };
  const numbers = Object.fromEntries(CHAIN.map((name, at) => [name, at + 1]));
  const tree = uplinkTree(topology);
  const facts = { runs: (node: string) => node !== stopped, paused: () => false };
  const uplinks = uplinksOf({ topology, tree, numbers, connections: [] }, [], facts);
  const spec = { name: 'lab', directory: '/lab', topology } as Parameters<typeof RoutedLab.of>[0]['spec'];
  return RoutedLab.of({ spec, changes: noChanges, uplinks, numbers });
}

/** What each node of the chain does with what arrives: `NODE: PROTO PORT to SOCKET`, `NODE: PROTO PORT in`. */
function hops(lab: RoutedLab): string[] {
  return CHAIN.flatMap((name) => {
    const network = lab.networkOf(name, FACTS);
    return [
      ...(network?.provider?.forwards ?? []).map(({ port, proto, to }) => `${name}: ${proto} ${port} to ${to.ip} ${to.port}`),
      ...(network?.forwarded ?? []).map(({ port, proto }) => `${name}: ${proto} ${port} in`),
    ];
  });
}

describe('a forwarded port', () => {
  it.each([
    [1, ['sys-net: tcp 8080 to 10.137.0.4 80']],
    [2, ['sys-net: tcp 8080 to 10.137.0.2 8080', 'sys-firewall: tcp 8080 to 10.137.0.4 80']],
    [
      3,
      ['sys-net: tcp 8080 to 10.137.0.2 8080', 'sys-firewall: tcp 8080 to 10.137.0.3 8080', 'sys-vpn: tcp 8080 to 10.137.0.4 80'],
    ],
  ])('goes down %i hops', (length, expected) => {
    expect(hops(labOf(length, 'tcp 8080:80'))).toEqual([...expected, 'work: tcp 80 in']);
  });

  it('is opened in the middle where that is asked for', () => {
    expect(hops(labOf(3, 'udp 53 from sys-firewall'))).toEqual([
      'sys-firewall: udp 53 to 10.137.0.3 53',
      'sys-vpn: udp 53 to 10.137.0.4 53',
      'work: udp 53 in',
    ]);
  });

  it('goes both families', () => {
    expect(hops(labOf(2, 'tcp 8080:80', { ipv6: true }))).toEqual([
      'sys-net: tcp 8080 to 10.137.0.2 8080',
      'sys-net: tcp 8080 to fd09:24ef:4179::a89:2 8080',
      'sys-firewall: tcp 8080 to 10.137.0.4 80',
      'sys-firewall: tcp 8080 to fd09:24ef:4179::a89:4 80',
      'work: tcp 80 in',
    ]);
  });

  it('that leads to the same from two providers is one', () => {
    expect(hops(labOf(2, 'tcp 80\ntcp 80 from sys-firewall'))).toEqual([
      'sys-net: tcp 80 to 10.137.0.2 80',
      'sys-firewall: tcp 80 to 10.137.0.4 80',
      'work: tcp 80 in',
    ]);
  });

  it.each([
    ['work', ['sys-net: tcp 8080 to 10.137.0.2 8080', 'work: tcp 80 in']],
    ['sys-firewall', ['work: tcp 80 in']],
  ])('goes nowhere at the provider of a node that does not run: %s', (stopped, expected) => {
    expect(hops(labOf(2, 'tcp 8080:80', { stopped }))).toEqual(expected);
  });

  it('is nothing where its provider is not above', () => {
    expect(hops(labOf(1, 'tcp 8080:80 from sys-firewall'))).toEqual([]);
  });
});
