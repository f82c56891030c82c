import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FirewallRule } from '../../src/model/firewall-rule.ts';
import { isForbidden } from '../../src/routing/is-forbidden.ts';
import type { ProviderClient, ProviderNetwork } from '../../src/routing/node-network.ts';
import { nodeRules, noRules } from '../../src/routing/node-rules.ts';
import { readFlows } from '../../src/routing/read-flows.ts';
import { counted, load, missingForRouting, type Place, RoutingNamespaces } from '../support/routing-namespaces.ts';
import { nodeOf, providerOf, routedClient } from '../support/routing-network.ts';

const execFileAsync = promisify(execFile);
const missing = missingForRouting();
if (missing !== undefined) process.stdout.write(`skipped: rules of routed nodes: ${missing}\n`);

const work = routedClient(5);
const personal = routedClient(6);
const gateway = { 4: '10.137.0.4', 6: 'fd09:24ef:4179::a89:4' };
const outer = { 4: '198.51.100.1', 6: '2001:db8::1' };
const uplink = { 4: '198.51.100.2', 6: '2001:db8::2' };
const silence = { expected: 'silence' } as const;
const addressOf = (client: ProviderClient, family: 4 | 6) => (family === 4 ? client.ip : `${client.ip6}`);

describe.skipIf(missing !== undefined)('a provider, two clients and the world outside', () => {
  const namespaces = new RoutingNamespaces();
  let provider: Place;
  let outside: Place;
  let first: Place;
  let second: Place;

  const loadProvider = (
    clients: readonly ProviderClient[] = [work, personal],
    changes: Partial<ProviderNetwork> = {},
    ipv6 = true,
  ) => load(provider, nodeRules(nodeOf(providerOf(clients, { resolvers: [outer[4]], ...changes }), ipv6)));
  const loadFirewall = (...firewall: readonly FirewallRule[]) => loadProvider([{ ...work, firewall }, personal]);

  beforeAll(async () => {
    [provider, outside, first, second] = await Promise.all([
      namespaces.place('provider', [22]),
      namespaces.place('outside', [53, 80, 443]),
      namespaces.place('work', [80]),
      namespaces.place('personal', [80]),
    ]);
    loadProvider();
    for (const client of [first, second]) load(client, nodeRules(nodeOf(undefined)));
    namespaces.uplink(provider, outside, {
      provider: [`${uplink[4]}/24`, `${uplink[6]}/64`],
      outside: [`${outer[4]}/24`, `${outer[6]}/64`],
    });
    namespaces.attach(provider, first, work, [gateway[4], gateway[6]]);
    namespaces.attach(provider, second, personal, [gateway[4], gateway[6]]);
  });

  afterAll(() => namespaces.end());

  beforeEach(() => {
    loadProvider();
    provider.run('nft flush chain ip qubes custom-forward; nft flush chain ip6 qubes custom-forward');
    for (const { run } of [first, second]) run('nft flush chain ip qubes custom-input; nft flush chain ip6 qubes custom-input');
  });

  describe.each([4, 6] as const)('IPv%i', (family) => {
    const word = family === 4 ? 'ip' : 'ip6';
    // The sender's TCP of IPv6 takes it from the second answer only, where the first comes before the call that asked has ended.
    const prohibited = family === 4 ? 'EHOSTUNREACH' : 'EACCES';
    const openInput = ({ run }: Place) => run(`nft add rule ${word} qubes custom-input tcp dport 80 accept`);

    it('a client reaches the world, which sees the provider', async () => {
      expect(first.ping(outer[family])).toBe(true);
      expect(await first.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
      expect(await second.ask('udp', outer[family], 443)).toBe(`seen as ${uplink[family]}`);
    });

    it('a client reaches its gateway by ICMP, and is told at once that the rest is not for it', async () => {
      expect(first.ping(gateway[family])).toBe(true);
      expect(await first.ask('tcp', gateway[family], 22)).toBe(prohibited);
      expect(counted(provider, `${word} qubes`, 'input-clients')).toBeGreaterThan(0);
    });

    it('a client does not reach another, until both the provider and that one let it', async () => {
      openInput(second);
      const before = counted(provider, `${word} qubes`, 'forward-to-clients');
      expect(first.ping(addressOf(personal, family), silence)).toBe(false);
      expect(await first.ask('tcp', addressOf(personal, family), 80, 'silence')).toBe('silence');
      expect(counted(provider, `${word} qubes`, 'forward-to-clients')).toBeGreaterThan(before);
      provider.run(
        `nft add rule ${word} qubes custom-forward ${word} saddr ${addressOf(work, family)} ${word} daddr ${addressOf(personal, family)} accept`,
      );
      expect(await first.ask('tcp', addressOf(personal, family), 80)).toBe(`seen as ${addressOf(work, family)}`);
      expect(await second.ask('tcp', addressOf(work, family), 80, 'silence')).toBe('silence');
    });

    it('is recognised by its name before its group is set', async () => {
      provider.run('ip link set vif5.0 group 0; ip link set vif6.0 group 0');
      try {
        openInput(second);
        expect(await first.ask('tcp', addressOf(personal, family), 80, 'silence')).toBe('silence');
        expect(await first.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
        expect(await first.ask('tcp', gateway[family], 22)).toBe(prohibited);
      } finally {
        provider.run('ip link set vif5.0 group 2; ip link set vif6.0 group 2');
      }
    });

    it('the provider reaches a client only where that one opens custom-input', async () => {
      expect(await provider.ask('tcp', addressOf(work, family), 80, 'silence')).toBe('silence');
      openInput(first);
      expect(await provider.ask('tcp', addressOf(work, family), 80)).toBe(`seen as ${gateway[family]}`);
    });

    it('the world reaches neither the provider nor a client', async () => {
      openInput(first);
      outside.run(`ip route replace ${addressOf(work, family)} via ${uplink[family]}`);
      expect(await outside.ask('tcp', addressOf(work, family), 80, 'silence')).toBe('silence');
      expect(await outside.ask('tcp', uplink[family], 22, 'silence')).toBe('silence');
      outside.run(`ip route del ${addressOf(work, family)} via ${uplink[family]}`);
    });

    it('case 46: the address of another gets a client nowhere, and is counted', () => {
      const stolen = addressOf(personal, family);
      const spoofed = () => counted(provider, `${word} qubes`, 'spoofed');
      first.run(`ip address add ${stolen} dev eth0`);
      first.run(`nft flush chain ${word} qubes postrouting`);
      try {
        provider.run(
          `nft add counter ${word} qubes stolen; nft insert rule ${word} qubes input ${word} saddr ${stolen} counter name stolen`,
        );
        const before = spoofed();
        expect(first.ping(outer[family], { from: stolen, ...silence })).toBe(false);
        expect(first.ping(gateway[family], { from: stolen, ...silence })).toBe(false);
        expect(spoofed()).toBeGreaterThanOrEqual(before + 2);
        expect(counted(provider, `${word} qubes`, 'stolen')).toBe(0);
      } finally {
        first.run(`ip address del ${stolen} dev eth0`);
        load(first, nodeRules(nodeOf(undefined)));
      }
      expect(first.ping(outer[family])).toBe(true);
    });

    it('case 30: the address of a client is not taken from outside, whether that one is there or not', () => {
      const absent = routedClient(9, { attached: false });
      loadProvider([work, personal, absent]);
      for (const client of [work, absent]) {
        const stolen = addressOf(client, family);
        const before = counted(provider, `${word} qubes`, 'spoofed-outside');
        outside.run(`ip address add ${stolen} dev eth0`);
        expect(outside.ping(uplink[family], { from: stolen, ...silence })).toBe(false);
        outside.run(`ip address del ${stolen} dev eth0`);
        expect(counted(provider, `${word} qubes`, 'spoofed-outside')).toBeGreaterThan(before);
      }
    });

    it('case 43: a firewall decides by protocol, port and destination, and answers at once', async () => {
      const destination = {
        kind: family === 4 ? 'dst4' : 'dst6',
        prefix: `${outer[family]}/${family === 4 ? 32 : 128}`,
      } as const;
      loadFirewall(
        { action: 'drop', proto: 'udp', destination, ports: { from: 81, to: 1000 } },
        { action: 'accept', destination, ports: { from: 80, to: 443 } },
        { action: 'accept', proto: 'icmp', icmpType: family === 4 ? 8 : 128 },
      );
      expect(first.ping(outer[family])).toBe(true);
      expect(await first.ask('tcp', outer[family], 443)).toBe(`seen as ${uplink[family]}`);
      expect(await first.ask('udp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
      expect(await first.ask('udp', outer[family], 443)).toBe(prohibited);
      expect(await first.ask('tcp', outer[family], 53)).toBe(prohibited);
      expect(await second.ask('tcp', outer[family], 53)).toBe(`seen as ${uplink[family]}`);
      expect(await first.ask('udp', outer[family], 53)).toBe(prohibited);
      const other = family === 4 ? 6 : 4;
      expect(await first.ask('tcp', outer[other], 443)).toBe(other === 4 ? 'EHOSTUNREACH' : 'EACCES');
      loadFirewall({ action: 'drop', proto: 'icmp' }, { action: 'accept' });
      expect(first.ping(outer[family], silence)).toBe(false);
      expect(await first.ask('tcp', outer[family], 53)).toBe(`seen as ${uplink[family]}`);
    });

    it('case 43: a firewall goes by names as they are resolved, and passes nothing where one is not', async () => {
      const rule: FirewallRule = { action: 'accept', destination: { kind: 'dsthost', name: 'www.example.org' } };
      const resolve = (...addresses: string[]) =>
        loadProvider([{ ...work, firewall: [rule, { action: 'accept', proto: 'icmp' }] }, personal], {
          resolved: new Map([['www.example.org', addresses]]),
        });
      resolve(outer[4], outer[6]);
      expect(await first.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
      resolve(family === 4 ? '192.0.2.1' : '2001:db8:2::1');
      expect(await first.ask('tcp', outer[family], 80)).toBe(prohibited);
      expect(first.ping(outer[family])).toBe(true);
      resolve();
      expect(await first.ask('tcp', outer[family], 80, 'silence')).toBe('silence');
      expect(first.ping(outer[family], silence)).toBe(false);
      expect(provider.run(`nft list table ${word} qubes-firewall`)).toContain(
        `drop comment "dsthost=www.example.org has no IPv${family} address"`,
      );
    });

    it('what stands goes on when rules change that do not forbid it', async () => {
      expect(await first.open(outer[family], 80)).toBe(`seen as ${uplink[family]}`);
      loadFirewall({ action: 'accept', proto: 'tcp', ports: { from: 80, to: 80 } });
      expect(await first.askAgain()).toBe(`seen as ${uplink[family]}`);
    });

    it('section 8: a client with routing-method=forward is reached, and seen, as itself', async () => {
      const own = addressOf(personal, family);
      openInput(second);
      outside.run(`ip route replace ${own} via ${uplink[family]}`);
      try {
        loadProvider([work, { ...personal, forwarded: true }]);
        expect(await second.ask('tcp', outer[family], 80)).toBe(`seen as ${own}`);
        expect(await outside.ask('tcp', own, 80)).toBe(`seen as ${outer[family]}`);
        expect(await first.ask('tcp', own, 80)).toBe(`seen as ${addressOf(work, family)}`);
        expect(await first.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
        loadProvider();
        expect(await second.ask('tcp', outer[family], 80)).toBe(`seen as ${uplink[family]}`);
        expect(await outside.ask('tcp', own, 80, 'silence')).toBe('silence');
      } finally {
        outside.run(`ip route del ${own} via ${uplink[family]}`);
      }
    });

    it('a port of the provider leads to a client, from outside only', async () => {
      openInput(first);
      loadProvider([work, personal], { forwards: [{ proto: 'tcp', port: 8080, to: { ip: addressOf(work, family), port: 80 } }] });
      expect(await outside.ask('tcp', uplink[family], 8080)).toBe(`seen as ${outer[family]}`);
      expect(await second.ask('tcp', gateway[family], 8080)).toBe(prohibited);
      loadProvider();
      expect(await outside.ask('tcp', uplink[family], 8080, 'silence')).toBe('silence');
    });
  });

  it.skipIf(!existsSync('/proc/net/nf_conntrack'))(
    'case 36: connections that new rules forbid are found in the kernel',
    async () => {
      expect(await first.open(outer[4], 80)).toBe(`seen as ${uplink[4]}`);
      expect(await first.ask('udp', '10.139.1.1', 53)).toBe(`seen as ${uplink[4]}`);
      expect(await first.ask('udp', outer[6], 443)).toBe(`seen as ${uplink[6]}`);
      const flows = readFlows(provider.run('cat /proc/net/nf_conntrack'));
      const live = (forbidding: readonly FirewallRule[]) => {
        const client = { ...work, firewall: forbidding };
        const network = providerOf([client, personal], { resolvers: [outer[4]] });
        return ['tcp 10.137.0.5 80', 'udp 10.137.0.5 53', 'udp fd09:24ef:4179:0000:0000:0000:0a89:0005 443'].map((wanted) => {
          const flow = flows.find(({ dport, proto, source }) => `${proto} ${source} ${dport}` === wanted);
          return flow === undefined ? 'missing' : isForbidden(flow, client, network);
        });
      };
      expect(live([{ action: 'accept', ports: { from: 9, to: 100 } }])).toEqual([false, false, true]);
      expect(live([{ action: 'accept', specialTarget: 'dns' }])).toEqual([true, false, true]);
      expect(live([{ action: 'drop', destination: { kind: 'dst6', prefix: '::/0' } }, { action: 'accept' }])).toEqual([
        false,
        false,
        true,
      ]);
    },
  );

  it('case 37: the name servers of Qubes are those of the provider; without any, nobody answers', async () => {
    for (const server of ['10.139.1.1', '10.139.1.2']) {
      expect(await first.ask('udp', server, 53)).toBe(`seen as ${uplink[4]}`);
      expect(await first.ask('tcp', server, 53)).toBe(`seen as ${uplink[4]}`);
    }
    loadFirewall({ action: 'accept', specialTarget: 'dns' });
    expect(await first.ask('udp', '10.139.1.1', 53)).toBe(`seen as ${uplink[4]}`);
    expect(await first.ask('tcp', outer[4], 80)).toBe('EHOSTUNREACH');
    loadProvider([work, personal], { resolvers: [] });
    expect(await first.ask('udp', '10.139.1.1', 53, 'silence')).toBe('silence');
    expect(await first.ask('tcp', '10.139.1.2', 53, 'silence')).toBe('silence');
  });

  it('a spoofed source is masked by the sender itself as long as it keeps its own rules', () => {
    first.run('ip address add 10.137.0.6 dev eth0');
    expect(first.ping(outer[4], { from: '10.137.0.6' })).toBe(true);
    first.run('ip address del 10.137.0.6 dev eth0');
  });

  it('IPv6 is closed at a provider that has none, and opens again', async () => {
    loadProvider([work, personal], {}, false);
    expect(first.ping(outer[6], silence)).toBe(false);
    expect(first.ping(gateway[6], silence)).toBe(false);
    expect(await first.ask('tcp', outer[4], 80)).toBe(`seen as ${uplink[4]}`);
    expect(counted(provider, 'ip6 qubes', 'forward-rest')).toBeGreaterThan(0);
    loadProvider();
    expect(first.ping(outer[6])).toBe(true);
  });

  it('loads as often as one likes: chains of the user stay, counters go on, nothing is left of what was before', () => {
    const rules = () => provider.run('nft -s list ruleset');
    provider.run(`nft add rule ip qubes custom-forward tcp dport 1 drop; nft add chain ip qubes mine`);
    const before = { rules: rules(), counter: counted(provider, 'ip qubes', 'input-clients') };
    loadProvider();
    expect(rules()).toBe(before.rules);
    expect(before.counter).toBeGreaterThan(0);
    expect(counted(provider, 'ip qubes', 'input-clients')).toBe(before.counter);
    expect(before.rules).toContain('tcp dport 1 drop');
    provider.run('nft delete chain ip qubes mine');
  });

  it('loses no packet while it is loaded again', async () => {
    const pings = execFileAsync('ip', ['netns', 'exec', first.netns, 'ping', '-n', '-q', '-i0.002', '-c400', '-W10', outer[4]]);
    const many = Array.from({ length: 100 }, (_, index) => routedClient(index + 1, { ip: `10.137.1.${index + 1}` }));
    for (let times = 0; times < 10; times += 1) {
      loadProvider([...many, work]);
      await new Promise(setImmediate);
      loadProvider();
    }
    expect((await pings).stdout).toContain('400 packets transmitted, 400 received, 0% packet loss');
  });

  it('takes 200 clients, and lets go of them', async () => {
    const many = Array.from({ length: 200 }, (_, index) => routedClient(index + 1, { ip: `10.137.1.${index + 1}` }));
    loadProvider([...many, work]);
    expect(provider.run('nft list set ip qubes allowed').match(/vif/g)).toHaveLength(201);
    expect(await first.ask('tcp', outer[4], 80)).toBe(`seen as ${uplink[4]}`);
    loadProvider();
    expect(provider.run('nft list set ip qubes allowed').match(/vif/g)).toHaveLength(2);
    expect(provider.run('nft list ruleset')).not.toMatch(/10[.-]137[.-]1[.-]/);
  });

  it('is taken as a whole or not at all', () => {
    const before = provider.run('nft -s list ruleset');
    expect(() => load(provider, `${noRules()}table ip broken {\n\tchain c {\n\t\tjump nowhere\n\t}\n}\n`)).toThrow();
    expect(provider.run('nft -s list ruleset')).toBe(before);
  });

  it('goes without a trace', () => {
    load(second, noRules());
    load(second, noRules());
    expect(second.run('nft list ruleset')).toBe('');
    load(second, nodeRules(nodeOf(undefined)));
  });
});
