import { describe, expect, it } from 'vitest';
import type { Attributes, Topology } from '../model/topology.ts';
import { uplinkTree } from '../model/uplink-tree.ts';
import { nodeDatabase } from './node-database.ts';

const numbers = { net: 1, fw: 2, work: 3, halted: 4 };

function database(name: string, more: Readonly<Record<string, Attributes>> = {}): Record<string, string> {
  const provider = { qn_provides_network: 'true' };
  const all: Record<string, Attributes> = {
    net: provider,
    fw: { ...provider, qn_netvm: 'net' },
    work: { qn_netvm: 'fw' },
    halted: { qn_netvm: 'fw' },
  };
  for (const [node, attributes] of Object.entries(more)) all[node] = { ...all[node], ...attributes };
  const nodes = Object.entries(all).map(([node, attributes]) => ({
    name: node,
    kind: 'namespace' as const,
    template: 'namespace',
    attributes,
    labelPorts: [],
  }));
  const topology: Topology = { name: 'lab', attributes: {}, nodes, links: [] };
  return Object.fromEntries(nodeDatabase({ topology, tree: uplinkTree(topology), numbers, now: 1000 }, name));
}

describe('nodeDatabase', () => {
  it('case 13: gives a client the keys of IPv4', () => {
    expect(database('work')).toMatchObject({
      '/qubes-mac': '00:16:3e:5e:6c:00',
      '/qubes-ip': '10.137.0.3',
      '/qubes-netmask': '255.255.255.255',
      '/qubes-gateway': '10.137.0.2',
      '/qubes-primary-dns': '10.139.1.1',
      '/qubes-secondary-dns': '10.139.1.2',
      '/qubes-vm-type': 'AppVM',
    });
    expect(Object.keys(database('work')).filter((key) => key.endsWith('6'))).toEqual([]);
  });

  it('case 13: IPv6 at the provider adds address and gateway; at the client alone, the address', () => {
    const above = database('work', { net: { 'feature.ipv6': '1' } });
    expect([above['/qubes-ip6'], above['/qubes-gateway6']]).toEqual(['fd09:24ef:4179::a89:3', 'fd09:24ef:4179::a89:2']);
    expect([above['/qubes-primary-dns6'], above['/qubes-secondary-dns6']]).toEqual([
      'fd09:24ef:4179::a8b:1',
      'fd09:24ef:4179::a8b:2',
    ]);
    const alone = database('work', { work: { 'feature.ipv6': '1' } });
    expect([alone['/qubes-ip6'], alone['/qubes-gateway6']]).toEqual(['fd09:24ef:4179::a89:3', undefined]);
    expect(alone['/qubes-primary-dns6']).toBeUndefined();
  });

  it('case 13: gives a provider its network, all clients in the order of names, and their rules', () => {
    const keys = database('fw', {
      work: { qn_firewall: 'action=accept dst6=2001:db8::1\naction=drop dst4=1.2.3.4 expire=2000 comment=x' },
    });
    expect(keys).toMatchObject({
      '/qubes-vm-type': 'ProxyVM',
      '/qubes-netvm-network': '10.137.0.2',
      '/qubes-netvm-gateway': '10.137.0.2',
      '/connected-ips': '10.137.0.4 10.137.0.3',
      '/connected-ips6': '',
      '/mapped-ip/10.137.0.3/visible-ip': '10.137.0.3',
      '/mapped-ip/10.137.0.3/visible-gateway': '10.137.0.2',
      '/qubes-firewall/10.137.0.3': '',
      '/qubes-firewall/10.137.0.3/policy': 'drop',
      '/qubes-firewall/10.137.0.3/0001': 'action=drop dst4=1.2.3.4/32',
      '/qubes-firewall/10.137.0.4/0000': 'action=accept',
    });
    expect(keys['/qubes-firewall/10.137.0.3/0000']).toBeUndefined();
  });

  it('case 13: and those of IPv6 where it has it', () => {
    const keys = database('fw', { net: { 'feature.ipv6': '1' }, halted: { 'feature.ipv6': '' } });
    expect(keys['/qubes-netvm-gateway6']).toBe('fd09:24ef:4179::a89:2');
    expect(keys['/connected-ips6']).toBe('fd09:24ef:4179::a89:3');
    expect(keys['/qubes-netvm-primary-dns6']).toBe('fd09:24ef:4179::a8b:1');
    expect(keys['/qubes-firewall/fd09:24ef:4179::a89:3/policy']).toBe('drop');
    expect(database('net')['/qubes-vm-type']).toBe('NetVM');
  });

  it('case 37: leaves out what the genuine database cannot hold', () => {
    const long = database('work', {
      work: { [`feature.vm-config.${'x'.repeat(60)}`]: '1', 'feature.vm-config.y': 'z'.repeat(4000) },
    });
    expect(Object.keys(long).filter((key) => key.startsWith('/vm-config/'))).toEqual([]);
  });

  it('shows a client with a fake address what it is to believe', () => {
    const fake = {
      'feature.net.fake-ip': '192.168.1.128',
      'feature.net.fake-gateway': '192.168.1.1',
      'feature.net.fake-netmask': '255.255.255.0',
    };
    expect(database('work', { work: fake })).toMatchObject({
      '/qubes-ip': '192.168.1.128',
      '/qubes-gateway': '192.168.1.1',
      '/qubes-netmask': '255.255.255.0',
    });
    expect(database('fw', { work: fake })).toMatchObject({
      '/connected-ips': '10.137.0.4 192.168.1.128',
      '/mapped-ip/10.137.0.3/visible-ip': '192.168.1.128',
    });
  });
});
