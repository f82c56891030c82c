import { describe, expect, it } from 'vitest';
import { providerOf, routedClient } from '../../test/support/routing-network.ts';
import type { FirewallRule } from '../model/firewall-rule.ts';
import type { Flow } from './flow.ts';
import { isForbidden } from './is-forbidden.ts';

const web: Flow = { family: 4, proto: 'tcp', source: '10.137.0.5', destination: '192.0.2.1', sport: 40000, dport: 443 };
const question: Flow = {
  ...web,
  proto: 'udp',
  destination: '192.0.2.53',
  dport: 53,
  asked: { destination: '10.139.1.1', dport: 53 },
};
const echo: Flow = { family: 4, proto: 'icmp', source: '10.137.0.5', destination: '192.0.2.1', icmpType: 8 };
const tunnel: Flow = { family: 4, proto: '47', source: '10.137.0.5', destination: '192.0.2.1' };
const web6: Flow = {
  ...web,
  family: 6,
  source: 'fd09:24ef:4179:0000:0000:0000:0a89:0005',
  destination: '2001:0db8:0000:0000:0000:0000:0000:0001',
};

function forbidden(flow: Flow, ...firewall: FirewallRule[]): boolean {
  const client = routedClient(5, { firewall });
  const resolved = new Map([['www.example.org', ['192.0.2.1', '2001:db8::1']]]);
  return isForbidden(flow, client, providerOf([client, routedClient(6)], { resolvers: ['192.0.2.53'], resolved }));
}

const accept = (rest: Omit<FirewallRule, 'action'> = {}): FirewallRule => ({ action: 'accept', ...rest });
const drop = (rest: Omit<FirewallRule, 'action'> = {}): FirewallRule => ({ action: 'drop', ...rest });
const ports = (from: number, to = from) => ({ from, to });
const dst4 = (prefix: string) => ({ kind: 'dst4', prefix }) as const;
const dst6 = (prefix: string) => ({ kind: 'dst6', prefix }) as const;
const dsthost = (name: string) => ({ kind: 'dsthost', name }) as const;

describe('case 36: what a firewall lets go on', () => {
  it.each<[string, Flow, FirewallRule[]]>([
    ['everything', web, [accept()]],
    ['its protocol', web, [accept({ proto: 'tcp' })]],
    ['its port', web, [accept({ proto: 'tcp', ports: ports(443) })]],
    ['its port in a range that numbers and texts see differently', web, [accept({ ports: ports(80, 1000) })]],
    ['another port dropped', web, [drop({ ports: ports(1000, 65535) }), accept()]],
    ['its destination', web, [accept({ destination: dst4('192.0.2.7/24') })]],
    ['its destination by name', web, [accept({ destination: dsthost('www.example.org') })]],
    ['its destination by name in IPv6', web6, [accept({ destination: dsthost('www.example.org') })]],
    ['its destination in IPv6', web6, [accept({ destination: dst6('2001:db8::/32'), ports: ports(443) })]],
    ['everything but in IPv6', web, [drop({ destination: dst6('::/0') }), accept()]],
    ['name servers, by what they really are', question, [accept({ specialTarget: 'dns' })]],
    ['name servers by UDP', question, [accept({ specialTarget: 'dns', proto: 'udp' })]],
    ['echoes', echo, [accept({ proto: 'icmp', icmpType: 8 })]],
    ['the first rule that matches', web, [accept({ ports: ports(443) }), drop()]],
    ['another protocol', tunnel, [drop({ proto: 'tcp' }), accept()]],
  ])('%s', (_name, flow, rules) => {
    expect(forbidden(flow, ...rules)).toBe(false);
  });
});

describe('case 36: what a firewall forbids', () => {
  it.each<[string, Flow, FirewallRule[]]>([
    ['everything without rules', web, []],
    ['everything dropped', web, [drop()]],
    ['its port dropped first', web, [drop({ proto: 'tcp', ports: ports(80, 1000) }), accept()]],
    ['another protocol accepted', web, [accept({ proto: 'udp' })]],
    ['another port accepted', web, [accept({ ports: ports(1, 442) }), accept({ ports: ports(444, 65535) })]],
    ['another destination accepted', web, [accept({ destination: dst4('192.0.3.0/24') })]],
    ['its family not accepted', web6, [accept({ destination: dst4('0.0.0.0/0') })]],
    ['name servers only', web, [accept({ specialTarget: 'dns' })]],
    ['name servers at another port', question, [accept({ specialTarget: 'dns', ports: ports(54) })]],
    ['name servers by TCP only', question, [accept({ specialTarget: 'dns', proto: 'tcp' })]],
    ['another kind of ICMP', echo, [accept({ proto: 'icmp', icmpType: 0 })]],
    ['ports for what has none', tunnel, [accept({ ports: ports(0, 65535) })]],
    ['rules without meaning', web, [accept(), accept({ destination: dsthost('gone.example.org') })]],
  ])('%s', (_name, flow, rules) => {
    expect(forbidden(flow, ...rules)).toBe(true);
  });
});

describe('case 36: what is not the business of a firewall', () => {
  it.each([
    ['of another client', { ...web, source: '10.137.0.6' }],
    ['to the client', { ...web, source: '192.0.2.1', destination: '10.137.0.5' }],
    ['of the other family', { ...web6, source: 'fd09:24ef:4179::a89:6' }],
  ])('%s', (_name, flow) => {
    expect(forbidden(flow, drop())).toBe(false);
  });

  it('a client that is not there has none', () => {
    const client = routedClient(5, { attached: false });
    expect(isForbidden(web, client, providerOf([client]))).toBe(true);
  });
});
