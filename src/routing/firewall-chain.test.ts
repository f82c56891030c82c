import { describe, expect, it } from 'vitest';
import type { FirewallRule } from '../model/firewall-rule.ts';
import { IPV4, IPV6 } from './family.ts';
import { firewallChainName, firewallChainRules } from './firewall-chain.ts';
import { firewallMeaning } from './firewall-meaning.ts';

const provider = {
  resolved: new Map([
    ['example.org', ['192.0.2.9', '2001:db8::9', '192.0.2.1', '192.0.2.9']],
    ['only4.example.org', ['192.0.2.4']],
    ['nowhere.example.org', []],
  ]),
};
const chain = (rules: readonly FirewallRule[], family = IPV4) =>
  firewallChainRules(firewallMeaning(rules, family, provider), family);
const reject4 = 'reject with icmp admin-prohibited';
const reject6 = 'reject with icmpv6 admin-prohibited';
const dst4 = (prefix: string) => ({ kind: 'dst4', prefix }) as const;
const dst6 = (prefix: string) => ({ kind: 'dst6', prefix }) as const;
const dsthost = (name: string) => ({ kind: 'dsthost', name }) as const;

it.each([
  ['10.137.0.5', 'qbs-10-137-0-5'],
  ['fd09:24ef:4179::a89:5', 'qbs-fd09-24ef-4179--a89-5'],
])('case 25: the chain of %s is %s', (address, name) => {
  expect(firewallChainName(address)).toBe(name);
});

describe('case 27: what rules become', () => {
  it.each<[string, FirewallRule, string[], string[]]>([
    ['accept', { action: 'accept' }, ['accept'], ['accept']],
    ['drop', { action: 'drop' }, [reject4], [reject6]],
    ['proto=tcp', { action: 'accept', proto: 'tcp' }, ['ip protocol tcp accept'], ['meta l4proto tcp accept']],
    ['proto=icmp', { action: 'accept', proto: 'icmp' }, ['ip protocol icmp accept'], ['meta l4proto icmpv6 accept']],
    ['icmptype', { action: 'accept', proto: 'icmp', icmpType: 8 }, ['icmp type 8 accept'], ['icmpv6 type 8 accept']],
    ['dst4', { action: 'drop', destination: dst4('10.1.2.3/8') }, [`ip daddr 10.1.2.3/8 ${reject4}`], []],
    ['dst6', { action: 'drop', destination: dst6('2001:db8::/32') }, [], [`ip6 daddr 2001:db8::/32 ${reject6}`]],
    ['dst4=0.0.0.0/0', { action: 'drop', destination: dst4('0.0.0.0/0') }, [reject4], []],
    ['dst6=::/0', { action: 'accept', destination: dst6('::/0') }, [], ['accept']],
    [
      'one port',
      { action: 'accept', proto: 'tcp', ports: { from: 443, to: 443 } },
      ['tcp dport 443 accept'],
      ['tcp dport 443 accept'],
    ],
    [
      'ports without proto',
      { action: 'accept', destination: dst4('192.0.2.0/24'), ports: { from: 80, to: 1000 } },
      ['ip daddr 192.0.2.0/24 tcp dport 80-1000 accept', 'ip daddr 192.0.2.0/24 udp dport 80-1000 accept'],
      [],
    ],
    [
      'dsthost',
      { action: 'accept', destination: dsthost('example.org'), proto: 'udp' },
      ['ip daddr { 192.0.2.1/32, 192.0.2.9/32 } ip protocol udp accept'],
      ['ip6 daddr 2001:db8::9/128 meta l4proto udp accept'],
    ],
    [
      'specialtarget=dns',
      { action: 'accept', specialTarget: 'dns' },
      ['ip daddr @dns-addr tcp dport 53 accept', 'ip daddr @dns-addr udp dport 53 accept'],
      ['ip6 daddr @dns-addr tcp dport 53 accept', 'ip6 daddr @dns-addr udp dport 53 accept'],
    ],
    [
      'specialtarget=dns with proto',
      { action: 'drop', specialTarget: 'dns', proto: 'udp' },
      [`ip daddr @dns-addr udp dport 53 ${reject4}`],
      [`ip6 daddr @dns-addr udp dport 53 ${reject6}`],
    ],
    ['specialtarget=dns with other ports', { action: 'accept', specialTarget: 'dns', ports: { from: 53, to: 54 } }, [], []],
  ])('%s', (_name, rule, ipv4, ipv6) => {
    expect(chain([rule])).toEqual([...ipv4, reject4]);
    expect(chain([rule], IPV6)).toEqual([...ipv6, reject6]);
  });

  it('keeps their order, and rejects what none decides', () => {
    expect(chain([{ action: 'drop', proto: 'udp' }, { action: 'accept' }])).toEqual([
      `ip protocol udp ${reject4}`,
      'accept',
      reject4,
    ]);
    expect(chain([])).toEqual([reject4]);
  });
});

describe('case 32: what has no meaning drops everything, and says why', () => {
  it.each<[FirewallRule, string]>([
    [{ action: 'accept', destination: dsthost('gone.example.org') }, 'dsthost=gone.example.org has no IPv4 address'],
    [{ action: 'accept', destination: dsthost('nowhere.example.org') }, 'dsthost=nowhere.example.org has no IPv4 address'],
    [{ action: 'accept', specialTarget: 'dns', proto: 'icmp' }, 'specialtarget=dns with proto=icmp'],
    [{ action: 'accept', proto: 'icmp', ports: { from: 1, to: 2 } }, 'dstports with proto=icmp'],
    [{ action: 'accept', proto: 'tcp', ports: { from: 2, to: 1 } }, 'dstports=2-1'],
    [{ action: 'accept', proto: 'tcp', ports: { from: 1, to: 65536 } }, 'dstports=1-65536'],
    [{ action: 'accept', proto: 'icmp', icmpType: 256 }, 'icmptype=256'],
    [{ action: 'accept', proto: 'tcp', icmpType: 8 }, 'icmptype=8'],
    [{ action: 'accept', destination: dst4('10.0.0.0/33') }, 'dst4=10.0.0.0/33'],
    [{ action: 'accept', destination: dst4('::1/32') }, 'dst4=::1/32'],
    [{ action: 'accept', destination: dst6('10.0.0.0/8') }, 'dst6=10.0.0.0/8'],
    [{ action: 'accept', destination: dst4('10.0.0.0/8 accept\n') }, 'dst4=10.0.0.0/8 accept?'],
    [{ action: 'accept', destination: dst4('10.0.0.0/8\n') }, 'dst4=10.0.0.0/8?'],
    [{ action: 'accept', destination: dsthost('a"; accept') }, 'dsthost=a?; accept has no IPv4 address'],
  ])('%j', (rule, reason) => {
    expect(chain([{ action: 'accept', proto: 'tcp' }, rule])).toEqual([`drop comment "${reason}"`]);
  });

  it('in the family that a name has no address of', () => {
    const rules = [{ action: 'accept', destination: dsthost('only4.example.org') }] as const;
    expect(chain(rules)).toEqual(['ip daddr 192.0.2.4/32 accept', reject4]);
    expect(chain(rules, IPV6)).toEqual(['drop comment "dsthost=only4.example.org has no IPv6 address"']);
  });
});
