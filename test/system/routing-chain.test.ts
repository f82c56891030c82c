import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeRules } from '../../src/routing/node-rules.ts';
import { counted, load, missingForRouting, type Place, RoutingNamespaces } from '../support/routing-namespaces.ts';
import { nodeOf, providerOf, routedClient } from '../support/routing-network.ts';

const missing = missingForRouting();
if (missing !== undefined) process.stdout.write(`skipped: a chain of providers: ${missing}\n`);

const work = routedClient(5);
const firewall = routedClient(4);
const upper = { 4: '10.137.0.2', 6: 'fd09:24ef:4179::a89:2' };
const outer = { 4: '198.51.100.1', 6: '2001:db8::1' };
const uplink = { 4: '198.51.100.2', 6: '2001:db8::2' };
const silence = { expected: 'silence' } as const;

describe.skipIf(missing !== undefined)('case 41: a client behind a provider behind a provider', () => {
  const namespaces = new RoutingNamespaces();
  let net: Place;
  let middle: Place;
  let client: Place;
  let outside: Place;

  beforeAll(async () => {
    [net, middle, client, outside] = await Promise.all([
      namespaces.place('net', [22]),
      namespaces.place('firewall', [22]),
      namespaces.place('work', [80]),
      namespaces.place('outside', [53, 80]),
    ]);
    const forward = (ip: string, port: number, to: number) => ({ proto: 'tcp' as const, port, to: { ip, port: to } });
    load(
      net,
      nodeRules(
        nodeOf(
          providerOf([firewall], {
            gateway: upper[4],
            gateway6: upper[6],
            resolvers: [outer[4]],
            forwards: [forward(firewall.ip, 8080, 8081)],
          }),
        ),
      ),
    );
    load(
      middle,
      nodeRules(nodeOf(providerOf([work], { resolvers: ['10.139.1.1', '10.139.1.2'], forwards: [forward(work.ip, 8081, 80)] }))),
    );
    load(client, nodeRules(nodeOf(undefined)));
    namespaces.uplink(net, outside, {
      provider: [`${uplink[4]}/24`, `${uplink[6]}/64`],
      outside: [`${outer[4]}/24`, `${outer[6]}/64`],
    });
    namespaces.attach(net, middle, firewall, [upper[4], upper[6]]);
    namespaces.attach(middle, client, work, [firewall.ip, `${firewall.ip6}`]);
    client.run('nft add rule ip qubes custom-input tcp dport 80 accept');
  });

  afterAll(() => namespaces.end());

  it.each([4, 6] as const)('IPv%i: reaches each provider and the world, and every hop is one address more', async (family) => {
    expect(client.ping(family === 4 ? firewall.ip : `${firewall.ip6}`)).toBe(true);
    expect(client.ping(upper[family])).toBe(true);
    expect(await client.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
    net.run(`nft add rule ${family === 4 ? 'ip' : 'ip6'} qubes custom-input tcp dport 22 accept`);
    expect(await client.ask('tcp', upper[family], 22)).toBe(`seen as ${family === 4 ? firewall.ip : firewall.ip6}`);
  });

  it('case 37: every hop has the name servers of Qubes, until one knows better', async () => {
    for (const server of ['10.139.1.1', '10.139.1.2']) {
      expect(await client.ask('udp', server, 53)).toBe(`seen as ${uplink[4]}`);
      expect(await client.ask('tcp', server, 53)).toBe(`seen as ${uplink[4]}`);
    }
  });

  it('case 46: what the middle one lets through under the address of its client ends at the upper one', () => {
    middle.run('nft flush chain ip qubes postrouting');
    const before = counted(net, 'ip qubes', 'spoofed');
    expect(client.ping(outer[4], silence)).toBe(false);
    expect(counted(net, 'ip qubes', 'spoofed')).toBeGreaterThan(before);
    middle.run('nft add rule ip qubes postrouting oifname != "vif*" masquerade');
    expect(client.ping(outer[4])).toBe(true);
  });

  it('a port of the upper one leads to the client, hop by hop', async () => {
    expect(await outside.ask('tcp', uplink[4], 8080)).toBe(`seen as ${outer[4]}`);
    expect(await outside.ask('tcp', uplink[4], 8081, 'silence')).toBe('silence');
  });
});
