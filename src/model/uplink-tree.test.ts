import { describe, expect, it } from 'vitest';
import type { Attributes, NodeKind, Topology } from './topology.ts';
import { clientsOf, isNetworked, providersOf, uplinkTree } from './uplink-tree.ts';

function topology(nodes: Readonly<Record<string, Attributes & { kind?: NodeKind }>>, attributes: Attributes = {}): Topology {
  return {
    name: 'lab',
    attributes,
    nodes: Object.entries(nodes).map(([name, { kind = 'namespace', ...own }]) => ({
      name,
      kind,
      template: 'namespace',
      attributes: own,
      labelPorts: [],
    })),
    links: [],
  };
}

const provider = { qn_provides_network: 'true' };
const netvmOf = (lab: Topology, name: string) => uplinkTree(lab).nodes.get(name)?.netvm;
const faultsOf = (lab: Topology) => uplinkTree(lab).faults.map(({ node, code }) => `${node} ${code}`);

describe('uplinkTree', () => {
  it('is empty where nobody speaks of uplinks', () => {
    expect(uplinkTree(topology({ a: {}, b: {} })).nodes.size).toBe(0);
  });

  it('case 1: the netvm is the default of the graph, or the node’s own, or none', () => {
    const lab = topology(
      {
        net: { ...provider, qn_netvm: 'none' },
        other: { ...provider, qn_netvm: 'net' },
        a: {},
        b: { qn_netvm: 'other' },
        c: { qn_netvm: 'none' },
      },
      { qn_default_netvm: 'net' },
    );
    expect(['net', 'other', 'a', 'b', 'c'].map((name) => netvmOf(lab, name))).toEqual([
      undefined,
      'net',
      'net',
      'other',
      undefined,
    ]);
    expect(faultsOf(lab)).toEqual([]);
  });

  it('case 2: refuses a netvm that is not there', () => {
    expect(faultsOf(topology({ a: { qn_netvm: 'nobody' } }))).toEqual(['a no-such-node']);
  });

  it('case 3: refuses a netvm that provides no network', () => {
    const lab = topology({ a: { qn_netvm: 'b' }, b: {}, c: { qn_netvm: 'h' }, h: { kind: 'hub' } });
    expect(faultsOf(lab)).toEqual(['a provides-no-network', 'c provides-no-network']);
    expect(netvmOf(lab, 'a')).toBeUndefined();
  });

  it('case 4: refuses a node as its own netvm', () => {
    expect(faultsOf(topology({ a: { ...provider, qn_netvm: 'a' } }))).toEqual(['a loop']);
  });

  it('case 5: refuses loops, at all that are in them and at nobody else', () => {
    const lab = topology({
      a: { ...provider, qn_netvm: 'b' },
      b: { ...provider, qn_netvm: 'a' },
      c: { ...provider, qn_netvm: 'a' },
    });
    expect(faultsOf(lab)).toEqual(['a loop', 'b loop']);
    expect(netvmOf(lab, 'c')).toBe('a');
  });

  it('case 8: takes an address that was chosen, and leaves it open otherwise', () => {
    const { nodes } = uplinkTree(
      topology({ net: provider, a: { qn_netvm: 'net', qn_ip: '10.9.9.9', qn_mac: '02-00-00-00-00-0A' }, b: {} }),
    );
    expect(nodes.get('a')).toMatchObject({ ip: '10.9.9.9', mac: '02:00:00:00:00:0a' });
    expect(nodes.get('net')).toMatchObject({ ip: undefined, mac: '00:16:3e:5e:6c:00' });
  });

  it('case 9: IPv6 follows the first feature on the way up, and an empty one cuts the branch', () => {
    const on = { 'feature.ipv6': '1' };
    const lab = topology({
      net: { ...provider, ...on },
      firewall: { ...provider, qn_netvm: 'net' },
      work: { qn_netvm: 'firewall' },
      old: { qn_netvm: 'firewall', 'feature.ipv6': '' },
      alone: { qn_netvm: 'plain', ...on },
      plain: provider,
    });
    const has = ['net', 'firewall', 'work', 'old', 'alone', 'plain'].filter((name) => uplinkTree(lab).nodes.get(name)?.ipv6);
    expect(has).toEqual(['net', 'firewall', 'work', 'alone']);
  });

  it('case 10: a node provides no network unless it says so', () => {
    const { nodes } = uplinkTree(topology({ net: provider, a: {}, b: { qn_provides_network: 'false' } }));
    expect([...nodes.values()].filter((node) => node.providesNetwork).map(({ name }) => name)).toEqual(['net']);
    expect([...nodes.values()].filter(isNetworked).map(({ name }) => name)).toEqual(['net']);
  });
});

it('knows the clients of a provider by name, and the way from a node to the end', () => {
  const tree = uplinkTree(
    topology({ net: provider, fw: { ...provider, qn_netvm: 'net' }, b: { qn_netvm: 'fw' }, a: { qn_netvm: 'fw' } }),
  );
  expect(clientsOf(tree, 'fw').map(({ name }) => name)).toEqual(['a', 'b']);
  expect(providersOf(tree, 'a')).toEqual(['fw', 'net']);
});
