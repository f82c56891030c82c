import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderClient } from '../../src/routing/node-network.ts';
import { nodeRules } from '../../src/routing/node-rules.ts';
import { readFlows } from '../../src/routing/read-flows.ts';
import { counted, load, missingForRouting, type Place, RoutingNamespaces } from '../support/routing-namespaces.ts';
import { nodeOf, providerOf, routedClient } from '../support/routing-network.ts';

const missing = missingForRouting();
if (missing !== undefined) process.stdout.write(`skipped: fake addresses: ${missing}\n`);

const fake = { ip: '192.168.1.128', gateway: '192.168.1.1' };
const faked = routedClient(5, { fake });
const other = routedClient(6);
const gateway = '10.137.0.4';
const silence = { expected: 'silence' } as const;

/** Section 5b of Qubes' networking: what a client with a fake address and everybody else see of each other. */
describe.skipIf(missing !== undefined)('case 49: a client with a fake address', () => {
  const namespaces = new RoutingNamespaces();
  let provider: Place;
  let outside: Place;
  let client: Place;
  let sibling: Place;

  const loadProvider = (first: ProviderClient = faked) =>
    load(provider, nodeRules(nodeOf(providerOf([first, other], { resolvers: ['198.51.100.1'] }))));
  const openBothWays = () => {
    provider.run(
      'nft add rule ip qubes custom-forward ip saddr { 10.137.0.5, 10.137.0.6 } ip daddr { 10.137.0.5, 10.137.0.6 } accept',
    );
    for (const { run } of [client, sibling]) run('nft add rule ip qubes custom-input tcp dport 80 accept');
  };

  beforeAll(async () => {
    [provider, outside, client, sibling] = await Promise.all([
      namespaces.place('provider', [22]),
      namespaces.place('outside', [53, 80]),
      namespaces.place('faked', [80]),
      namespaces.place('other', [80]),
    ]);
    loadProvider();
    for (const place of [client, sibling]) load(place, nodeRules(nodeOf(undefined)));
    namespaces.uplink(provider, outside, {
      provider: ['198.51.100.2/24', '2001:db8::2/64'],
      outside: ['198.51.100.1/24', '2001:db8::1/64'],
    });
    namespaces.attach(provider, client, faked, [gateway, 'fd09:24ef:4179::a89:4']);
    namespaces.attach(provider, sibling, other, [gateway, 'fd09:24ef:4179::a89:4']);
    openBothWays();
  });

  afterAll(() => namespaces.end());

  it('reaches the world, its provider and its name servers', async () => {
    expect(client.ping('198.51.100.1')).toBe(true);
    expect(client.ping(gateway)).toBe(true);
    expect(await client.ask('tcp', '198.51.100.1', 80)).toBe('seen as 198.51.100.2');
    expect(await client.ask('udp', '10.139.1.1', 53)).toBe('seen as 198.51.100.2');
  });

  it('learns its gateway by ARP, with its own MAC and address only', () => {
    const spoofed = () => counted(provider, 'arp qubes', 'spoofed');
    const learn = (from?: string) => {
      client.run('ip neighbour flush dev eth0');
      return client.ping(gateway, from === undefined ? {} : { from, ...silence });
    };
    expect(learn()).toBe(true);
    expect(client.run(`ip neighbour show ${fake.gateway} dev eth0`)).toContain('fe:ff:ff:ff:ff:ff');
    const before = spoofed();
    client.run('ip address add 192.168.1.129 dev eth0; nft flush chain ip qubes postrouting');
    expect(learn('192.168.1.129')).toBe(false);
    expect(spoofed()).toBeGreaterThan(before);
    client.run('ip address del 192.168.1.129 dev eth0');
    expect(learn()).toBe(true);
    const between = spoofed();
    client.run('ip link set eth0 address 02:00:00:00:00:01; ip neighbour flush dev eth0');
    expect(client.ping(gateway, silence)).toBe(false);
    client.run(`ip link set eth0 address ${faked.mac}`);
    expect(spoofed()).toBeGreaterThan(between);
    expect(learn()).toBe(true);
  });

  it('case 46: sends nothing under another address, nor under its real one', () => {
    const spoofed = () => counted(provider, 'ip qubes', 'spoofed');
    client.run('nft flush chain ip qubes postrouting');
    for (const address of [other.ip, faked.ip, '192.168.1.129']) {
      const before = spoofed();
      client.run(`ip address add ${address} dev eth0; ip neighbour replace ${fake.gateway} lladdr fe:ff:ff:ff:ff:ff dev eth0`);
      expect(client.ping('198.51.100.1', { from: address, ...silence })).toBe(false);
      client.run(`ip address del ${address} dev eth0`);
      expect(spoofed()).toBeGreaterThan(before);
    }
    expect(client.ping('198.51.100.1')).toBe(true);
  });

  it('has a firewall by its real address', async () => {
    loadProvider({ ...faked, firewall: [{ action: 'accept', proto: 'tcp', ports: { from: 80, to: 80 } }] });
    expect(await client.ask('tcp', '198.51.100.1', 80)).toBe('seen as 198.51.100.2');
    expect(await client.ask('tcp', '198.51.100.1', 53, 'silence')).toBe('silence');
    expect(client.ping('198.51.100.1', silence)).toBe(false);
    loadProvider();
  });

  it('is forwarded by its real address', async () => {
    outside.run(`ip route add ${faked.ip} via 198.51.100.2`);
    loadProvider({ ...faked, forwarded: true });
    expect(await client.ask('tcp', '198.51.100.1', 80)).toBe(`seen as ${faked.ip}`);
    expect(await outside.ask('tcp', faked.ip, 80)).toBe('seen as 198.51.100.1');
    loadProvider();
    outside.run(`ip route del ${faked.ip} via 198.51.100.2`);
  });

  it('has no IPv6', () => {
    client.run(`ip address add ${faked.ip6} dev eth0; ip route add default dev eth0 via fe80::1 onlink`);
    client.run('ip neighbour add fe80::1 lladdr fe:ff:ff:ff:ff:ff dev eth0');
    const before = counted(provider, 'ip6 qubes', 'spoofed');
    expect(client.ping('2001:db8::1', silence)).toBe(false);
    expect(counted(provider, 'ip6 qubes', 'spoofed')).toBeGreaterThan(before);
  });

  it.skipIf(!existsSync('/proc/net/nf_conntrack'))('is known to connection tracking by its real address only', async () => {
    expect(await client.open('198.51.100.1', 80)).toBe('seen as 198.51.100.2');
    const flows = readFlows(provider.run('cat /proc/net/nf_conntrack'));
    expect(flows).toContainEqual(
      expect.objectContaining({ proto: 'tcp', source: faked.ip, destination: '198.51.100.1', dport: 80 }),
    );
    expect(flows.filter(({ source }) => source === fake.ip)).toEqual([]);
  });

  it('has its real address for other clients and the provider, and answers under it', async () => {
    expect(await client.ask('tcp', other.ip, 80)).toBe(`seen as ${faked.ip}`);
    expect(await sibling.ask('tcp', faked.ip, 80)).toBe(`seen as ${other.ip}`);
    expect(await provider.ask('tcp', faked.ip, 80)).toBe(`seen as ${gateway}`);
  });

  it('does not reach its gateway itself', () => {
    expect(client.ping(fake.gateway, silence)).toBe(false);
  });
});
