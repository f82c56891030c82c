import { describe, expect, it } from 'vitest';
import { nodeOf, providerOf, routedClient } from '../../test/support/routing-network.ts';
import { nodeRules, noRules } from './node-rules.ts';

/** The rules that a script ends up with in a chain. */
function rulesIn(script: string, table: string, chain: string): string[] {
  const parts = script.split(/^table /m).filter((part) => part.startsWith(`${table} {`));
  const filled = parts.at(-1)?.split(`\tchain ${chain} {\n`)[1]?.split('\t}')[0] ?? '';
  return filled
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

describe('case 29: a node without clients', () => {
  it('has the base rules, and no firewall for others', () => {
    const script = nodeRules(nodeOf(undefined));
    expect(rulesIn(script, 'ip qubes', 'input')).toEqual([
      'jump custom-input',
      'ct state invalid counter name input-invalid drop',
      'iifgroup 2 udp dport 68 counter name input-dhcp drop',
      'iifname "vif*" udp dport 68 counter name input-dhcp drop',
      'ct state established,related accept',
      'iifgroup 2 meta l4proto icmp accept',
      'iifname "vif*" meta l4proto icmp accept',
      'iif lo accept',
      'iifgroup 2 counter name input-clients reject with icmp host-prohibited',
      'iifname "vif*" counter name input-clients reject with icmp host-prohibited',
      'counter name input-rest',
    ]);
    expect(rulesIn(script, 'ip6 qubes', 'input-from-clients')).toEqual([
      'meta l4proto != icmpv6 counter name input-clients reject with icmpv6 admin-prohibited',
      'icmpv6 type { nd-router-advert, nd-redirect } counter name input-redirects drop',
      'accept',
    ]);
    expect(script).toContain('delete table ip qubes-firewall\n');
    expect(script).toContain('delete table ip6 qubes-firewall\n');
    expect(script).toContain('delete table arp qubes\n');
    expect(rulesIn(script, 'ip qubes', 'dnat-dns')).toEqual([]);
  });

  it('is closed for IPv6 where it has none', () => {
    const script = nodeRules(nodeOf(providerOf([routedClient(5)]), false));
    expect(rulesIn(script, 'ip6 qubes', 'input')).toEqual(['iif lo accept', 'counter name input-rest']);
    expect(rulesIn(script, 'ip6 qubes', 'forward')).toEqual(['counter name forward-rest drop']);
    expect(script).toContain('delete table ip6 qubes-firewall\n');
  });
});

it('section 7: clients use their own addresses, and do not reach each other', () => {
  const script = nodeRules(nodeOf(providerOf([routedClient(5), routedClient(6), routedClient(9, { attached: false })])));
  expect(script).toContain('add element ip qubes allowed { "vif5.0" . 10.137.0.5, "vif6.0" . 10.137.0.6 }\n');
  expect(script).toContain(
    'add element ip6 qubes downstream { fd09:24ef:4179::a89:5, fd09:24ef:4179::a89:6, fd09:24ef:4179::a89:9 }\n',
  );
  expect(rulesIn(script, 'ip qubes', 'prerouting')).toEqual([
    'iifgroup 2 goto antispoof',
    'iifname "vif*" goto antispoof',
    'ip saddr @downstream counter name spoofed-outside drop',
  ]);
  expect(rulesIn(script, 'ip6 qubes', 'antispoof')).toEqual(['iifname . ip6 saddr @allowed accept', 'counter name spoofed drop']);
  expect(rulesIn(script, 'ip qubes', 'forward').slice(-2)).toEqual([
    'oifgroup 2 counter name forward-to-clients drop',
    'oifname "vif*" counter name forward-to-clients drop',
  ]);
  expect(rulesIn(script, 'ip qubes', 'postrouting')).toEqual([
    'oifgroup 2 accept',
    'oifname "vif*" accept',
    'oif lo accept',
    'jump forwarded-from',
    'masquerade',
  ]);
});

it('leaves the chains of the user alone', () => {
  const script = nodeRules(nodeOf(providerOf([routedClient(5)])));
  expect(script).not.toMatch(/flush chain ip6? qubes custom-/);
  expect(script).not.toMatch(/(delete|flush) table ip6? qubes\n/);
});

it.each([
  ['none', [], ['drop', 'drop']],
  ['one', ['192.0.2.53'], ['dnat to 192.0.2.53', 'dnat to 192.0.2.53']],
  ['three', ['192.0.2.1', '192.0.2.2', '192.0.2.3'], ['dnat to 192.0.2.1', 'dnat to 192.0.2.2']],
])('case 37: name servers of the provider: %s', (_name, resolvers, [first, second]) => {
  expect(rulesIn(nodeRules(nodeOf(providerOf([], { resolvers }))), 'ip qubes', 'dnat-dns')).toEqual([
    `ip daddr 10.139.1.1 udp dport 53 ${first}`,
    `ip daddr 10.139.1.1 tcp dport 53 ${first}`,
    `ip daddr 10.139.1.2 udp dport 53 ${second}`,
    `ip daddr 10.139.1.2 tcp dport 53 ${second}`,
  ]);
});

it.each([
  ['none', [], 'drop', 'drop'],
  ['of IPv6 alone', ['2001:db8::1'], 'reject with icmp port-unreachable', 'dnat to 2001:db8::1'],
  ['of IPv4 alone', ['192.0.2.1'], 'dnat to 192.0.2.1', 'reject with icmpv6 port-unreachable'],
  ['of both', ['2001:db8::1', '192.0.2.1'], 'dnat to 192.0.2.1', 'dnat to 2001:db8::1'],
])('each family has name servers of its own: %s', (_name, resolvers, ipv4, ipv6) => {
  const script = nodeRules(nodeOf(providerOf([], { resolvers })));
  const first = (table: string) => rulesIn(script, table, 'dnat-dns').slice(0, 2);
  expect(first('ip qubes')).toEqual(['udp', 'tcp'].map((proto) => `ip daddr 10.139.1.1 ${proto} dport 53 ${ipv4}`));
  expect(first('ip6 qubes')).toEqual(['udp', 'tcp'].map((proto) => `ip6 daddr fd09:24ef:4179::a8b:1 ${proto} dport 53 ${ipv6}`));
  const closed = nodeRules(nodeOf(providerOf([], { resolvers }), false));
  expect(rulesIn(closed, 'ip6 qubes', 'dnat-dns')).toEqual([]);
});

it('section 8: clients that are forwarded are neither hidden nor masqueraded', () => {
  const script = nodeRules(nodeOf(providerOf([routedClient(5, { forwarded: true }), routedClient(6)])));
  expect(rulesIn(script, 'ip qubes', 'forwarded-to')).toEqual(['ip daddr { 10.137.0.5 } accept']);
  expect(rulesIn(script, 'ip6 qubes', 'forwarded-from')).toEqual(['ip6 saddr { fd09:24ef:4179::a89:5 } accept']);
});

it('leads ports of the node to the clients that are there', () => {
  const forwards = [
    { proto: 'tcp', port: 8080, to: { ip: '10.137.0.5', port: 80 } },
    { proto: 'udp', port: 53, to: { ip: 'fd09:24ef:4179::a89:5', port: 53 } },
    { proto: 'tcp', port: 22, to: { ip: '10.137.0.6', port: 22 } },
  ] as const;
  const script = nodeRules(nodeOf(providerOf([routedClient(5), routedClient(6, { attached: false })], { forwards })));
  expect(rulesIn(script, 'ip qubes', 'port-forwards')).toEqual([
    'iifgroup != 2 iifname != "vif*" fib daddr type local tcp dport 8080 ct mark set 0x77656674 dnat to 10.137.0.5:80',
  ]);
  expect(rulesIn(script, 'ip qubes', 'forward').slice(1, 5)).toEqual([
    'ct state invalid counter name forward-invalid drop',
    'ct mark 0x77656674 ct direction original ip daddr 10.137.0.5 tcp dport 80 ct original proto-dst 8080 counter name port-forwards accept',
    'ct mark 0x77656674 ct direction original counter name port-forwards-ended drop',
    'ct state established,related accept',
  ]);
  expect(rulesIn(script, 'ip6 qubes', 'port-forwards')).toEqual([
    'iifgroup != 2 iifname != "vif*" fib daddr type local udp dport 53 ct mark set 0x77656674 dnat to [fd09:24ef:4179::a89:5]:53',
  ]);
});

it('lets what was forwarded to the node in from its uplink', () => {
  const script = nodeRules(nodeOf(undefined, true, [{ proto: 'tcp', port: 80 }]));
  const rule = 'iifgroup 1 tcp dport 80 counter name port-forwards accept';
  for (const family of ['ip', 'ip6']) {
    const rules = rulesIn(script, `${family} qubes`, 'input');
    expect(rules.indexOf(rule)).toBe(rules.indexOf('ct state established,related accept') + 1);
  }
});

describe('case 49: a client with a fake address', () => {
  const fake = { ip: '192.168.1.128', gateway: '192.168.1.1' };
  const script = nodeRules(nodeOf(providerOf([routedClient(5, { fake }), routedClient(6)])));

  it('is rewritten at its interface, and may send nothing else', () => {
    expect(rulesIn(script, 'ip qubes', 'fake-address-in')).toEqual([
      'iifname "vif5.0" ip saddr 192.168.1.128 ip saddr set 10.137.0.5 accept',
      'iifname "vif5.0" counter name spoofed drop',
    ]);
    expect(rulesIn(script, 'ip qubes', 'fake-address-out')).toEqual([
      'oifname "vif5.0" ip daddr 10.137.0.5 ip daddr set 192.168.1.128 accept',
      'oifname "vif5.0" drop',
    ]);
    expect(rulesIn(script, 'arp qubes', 'input')).toEqual([
      'iifname "vif5.0" arp saddr ether 00:16:3e:5e:6c:00 arp saddr ip 192.168.1.128 arp daddr ip 192.168.1.1 arp saddr ip set 10.137.0.5 arp daddr ip set 10.137.0.4 accept',
      'iifname "vif5.0" counter name spoofed drop',
    ]);
    expect(rulesIn(script, 'arp qubes', 'output')).toEqual([
      'oifname "vif5.0" arp daddr ip 10.137.0.5 arp saddr ip set 192.168.1.1 arp daddr ip set 192.168.1.128 accept',
      'oifname "vif5.0" drop',
    ]);
  });

  it('is its real address to everything else, and has no IPv6', () => {
    expect(script).toContain('add element ip qubes allowed { "vif5.0" . 10.137.0.5, "vif6.0" . 10.137.0.6 }\n');
    expect(script).toContain('add element ip6 qubes allowed { "vif6.0" . fd09:24ef:4179::a89:6 }\n');
  });

  it('is as any other where the fake address is the real one', () => {
    const same = nodeRules(nodeOf(providerOf([routedClient(5, { fake: { ip: '10.137.0.5', gateway: '192.168.1.1' } })])));
    expect(rulesIn(same, 'ip qubes', 'fake-address-in')).toEqual([]);
    expect(same).toContain('delete table arp qubes\n');
  });
});

it('case 32: what is no address makes its client mute, and nothing else', () => {
  const hostile = '10.0.0.1 accept\n';
  const clients = [
    routedClient(5, { ip: hostile, ip6: hostile }),
    routedClient(6, { fake: { ip: 'notanip', gateway: '192.168.1.1' } }),
    routedClient(7, { mac: hostile, fake: { ip: '192.168.1.1', gateway: '192.168.1.1' } }),
  ];
  const script = nodeRules(nodeOf(providerOf(clients, { resolvers: [hostile, '192.0.2.53'] })));
  expect(script).not.toContain(hostile.trim());
  expect(script).not.toContain('notanip');
  expect(script).toContain('add element ip qubes allowed { "vif6.0" . 10.137.0.6, "vif7.0" . 10.137.0.7 }\n');
  expect(rulesIn(script, 'ip qubes', 'fake-address-in')).toEqual([
    'iifname "vif6.0" counter name spoofed drop',
    'iifname "vif7.0" counter name spoofed drop',
  ]);
  expect(rulesIn(script, 'arp qubes', 'output')).toEqual(['oifname "vif6.0" drop', 'oifname "vif7.0" drop']);
  expect(rulesIn(script, 'ip qubes', 'dnat-dns')[0]).toBe('ip daddr 10.139.1.1 udp dport 53 dnat to 192.0.2.53');
});

it('removes all tables, whether they exist or not', () => {
  const tables = ['ip qubes', 'ip6 qubes', 'ip qubes-firewall', 'ip6 qubes-firewall', 'arp qubes'];
  expect(noRules()).toBe(tables.map((table) => `table ${table} {\n}\ndelete table ${table}\n`).join(''));
});
