import { describe, expect, it } from 'vitest';
import { providerOf, routedClient } from '../../test/support/routing-network.ts';
import { IPV4, IPV6 } from './family.ts';
import { firewallTable } from './firewall-table.ts';
import { tableText } from './nft-table.ts';

const rulesOf = (table: ReturnType<typeof firewallTable>, name: string) =>
  table.chains.find((chain) => chain.name === name)?.rules;

it('case 26: the text that makes the tables of a provider', () => {
  const client = routedClient(5, { firewall: [{ action: 'accept', proto: 'tcp', ports: { from: 80, to: 80 } }] });
  const provider = providerOf([client], { resolvers: ['192.0.2.53', '192.0.2.53'] });
  expect(tableText(firewallTable(provider, IPV4))).toBe(`table ip qubes-firewall {
}
delete table ip qubes-firewall
table ip qubes-firewall {
	set dns-addr {
		type ipv4_addr
	}
	chain qbs-10-137-0-5 {
	}
	chain qubes-forward {
	}
	chain prerouting {
		type filter hook prerouting priority raw + 1; policy accept;
	}
	chain postrouting {
		type filter hook postrouting priority raw; policy accept;
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
add element ip qubes-firewall dns-addr { 192.0.2.53 }
table ip qubes-firewall {
	chain qbs-10-137-0-5 {
		tcp dport 80 accept
		reject with icmp admin-prohibited
	}
	chain qubes-forward {
		ip saddr vmap { 10.137.0.5 : jump qbs-10-137-0-5 }
	}
	chain prerouting {
		iifgroup != 2 iifname != "vif*" ip saddr { 10.137.0.5 } drop
	}
	chain postrouting {
		oifgroup != 2 oifname != "vif*" ip daddr { 10.137.0.5 } drop
	}
	chain forward {
		ct state established,related accept
		iifgroup != 2 iifname != "vif*" accept
		jump qubes-forward
	}
}
`);
});

describe('case 30: the addresses of all clients are kept from elsewhere', () => {
  it.each([
    ['some, there or not', [routedClient(5), routedClient(6, { attached: false })], '{ 10.137.0.5, 10.137.0.6 }'],
    ['none', [], undefined],
  ])('%s', (_name, clients, set) => {
    const table = firewallTable(providerOf(clients), IPV4);
    const from = `iifgroup != 2 iifname != "vif*" ip saddr ${set} drop`;
    const to = `oifgroup != 2 oifname != "vif*" ip daddr ${set} drop`;
    expect(rulesOf(table, 'prerouting')).toEqual(set === undefined ? [] : [from]);
    expect(rulesOf(table, 'postrouting')).toEqual(set === undefined ? [] : [to]);
  });

  it('also in IPv6, of those that have one', () => {
    const table = firewallTable(providerOf([routedClient(5), routedClient(6, { ip6: undefined })]), IPV6);
    expect(rulesOf(table, 'prerouting')).toEqual(['iifgroup != 2 iifname != "vif*" ip6 saddr { fd09:24ef:4179::a89:5 } drop']);
  });
});

describe('case 32: chains', () => {
  it('are for the clients that are there', () => {
    const table = firewallTable(providerOf([routedClient(5), routedClient(6, { attached: false })]), IPV4);
    expect(rulesOf(table, 'qubes-forward')).toEqual(['ip saddr vmap { 10.137.0.5 : jump qbs-10-137-0-5 }']);
    expect(rulesOf(table, 'qbs-10-137-0-6')).toBeUndefined();
  });

  it('drop what one client of an address may send and the other may not', () => {
    const twins = (second: 'accept' | 'drop') =>
      firewallTable(providerOf([routedClient(5), routedClient(6, { ip: '10.137.0.5', firewall: [{ action: second }] })]), IPV4);
    expect(rulesOf(twins('accept'), 'qbs-10-137-0-5')).toEqual(['accept', 'reject with icmp admin-prohibited']);
    expect(rulesOf(twins('drop'), 'qbs-10-137-0-5')).toEqual([
      'drop comment "clients with the same address 10.137.0.5 have different firewalls"',
    ]);
  });

  it('are not for IPv6 of a client with a fake address', () => {
    const fake = { ip: '192.168.1.128', gateway: '192.168.1.1' };
    const table = firewallTable(providerOf([routedClient(5, { fake })]), IPV6);
    expect(rulesOf(table, 'qubes-forward')).toEqual([]);
  });
});
