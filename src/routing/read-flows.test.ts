import { expect, it } from 'vitest';
import { readFlows } from './read-flows.ts';

it('case 35: reads what conntrack(8) prints', () => {
  const text = `tcp      6 431999 ESTABLISHED src=10.137.0.5 dst=192.0.2.1 sport=40000 dport=443 src=192.0.2.1 dst=198.51.100.2 sport=443 dport=40000 [ASSURED] mark=0 use=1
udp      17 29 src=10.137.0.5 dst=10.139.1.1 sport=45059 dport=53 [UNREPLIED] src=192.0.2.53 dst=198.51.100.2 sport=53 dport=45059 mark=0 use=1
icmp     1 29 src=10.137.0.5 dst=192.0.2.1 type=8 code=0 id=7 src=192.0.2.1 dst=198.51.100.2 type=0 code=0 id=7 mark=0 use=1
unknown  47 597 src=10.137.0.5 dst=192.0.2.1 [UNREPLIED] src=192.0.2.1 dst=10.137.0.5 mark=0 use=1
tcp      6 100 ESTABLISHED src=192.0.2.1 dst=198.51.100.2 sport=40000 dport=8080 src=10.137.0.5 dst=192.0.2.1 sport=80 dport=40000 [ASSURED] use=1
conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.
`;
  expect(readFlows(text)).toEqual([
    { family: 4, proto: 'tcp', source: '10.137.0.5', destination: '192.0.2.1', sport: 40000, dport: 443 },
    {
      family: 4,
      proto: 'udp',
      source: '10.137.0.5',
      destination: '192.0.2.53',
      sport: 45059,
      dport: 53,
      asked: { destination: '10.139.1.1', dport: 53 },
    },
    { family: 4, proto: 'icmp', source: '10.137.0.5', destination: '192.0.2.1', icmpType: 8 },
    { family: 4, proto: '47', source: '10.137.0.5', destination: '192.0.2.1' },
    {
      family: 4,
      proto: 'tcp',
      source: '192.0.2.1',
      destination: '10.137.0.5',
      sport: 40000,
      dport: 80,
      asked: { destination: '198.51.100.2', dport: 8080 },
    },
  ]);
});

it('case 35: reads what it prints with -o extended, and what /proc has', () => {
  const text = `ipv6     10 tcp      6 431999 ESTABLISHED src=fd09:24ef:4179::a89:5 dst=2001:db8::1 sport=40000 dport=443 src=2001:db8::1 dst=2001:db8::2 sport=443 dport=40000 [ASSURED] mark=0 use=1
ipv6     10 icmpv6   58 29 src=fd09:24ef:4179::a89:5 dst=2001:db8::1 type=128 code=0 id=7 src=2001:db8::1 dst=2001:db8::2 type=129 code=0 id=7 mark=0 use=1
ipv4     2 unknown  2 597 src=10.137.0.5 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=10.137.0.5 mark=0 zone=0 use=2
`;
  const source = 'fd09:24ef:4179::a89:5';
  expect(readFlows(text)).toEqual([
    { family: 6, proto: 'tcp', source, destination: '2001:db8::1', sport: 40000, dport: 443 },
    { family: 6, proto: 'icmp', source, destination: '2001:db8::1', icmpType: 128 },
    { family: 4, proto: '2', source: '10.137.0.5', destination: '224.0.0.22' },
  ]);
});

it('case 35: finds nothing in nothing', () => {
  expect(readFlows('')).toEqual([]);
});
