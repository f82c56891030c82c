import { expect, it } from 'vitest';
import { HOST, type KernelOp, PANEL } from '../boundary/kernel.ts';
import { opText } from './op-text.ts';

const end = (netns: string, name: string) => ({ netns, name, alias: `weft lab ${name}`, up: true });

it.each<[KernelOp, string[]]>([
  [{ op: 'netns-add', netns: 'r1' }, ['ip netns add r1', 'ip -n r1 link set dev lo up']],
  [{ op: 'netns-delete', netns: 'r1' }, ['ip netns delete r1']],
  [
    {
      op: 'veth-add',
      a: { ...end('r1', 'eth0'), mac: '02:00:00:00:00:01' },
      b: { ...end(PANEL, 'r2~0'), mtu: 65521 },
      mtu: 1500,
    },
    [
      'ip link add name eth0 address 02:00:00:00:00:01 mtu 1500 netns r1 type veth peer name r2~0 mtu 65521',
      "ip -n r1 link set dev eth0 alias 'weft lab eth0' up",
      "ip link set dev r2~0 alias 'weft lab r2~0' up",
    ],
  ],
  [
    { op: 'tap-add', netns: HOST, name: 'tap-infix', alias: 'weft lab x', mtu: 1500, up: true },
    [
      'nsenter --net="$MACHINE" ip tuntap add dev tap-infix mode tap vnet_hdr',
      'nsenter --net="$MACHINE" ip link set dev tap-infix mtu 1500 alias \'weft lab x\' up',
    ],
  ],
  [{ op: 'bridge-join', netns: HOST, name: 't0', bridge: 'br0' }, ['nsenter --net="$MACHINE" ip link set dev t0 master br0']],
  [{ op: 'link-set', netns: 'r1', name: 'eth0', up: false, mtu: 9000 }, ['ip -n r1 link set dev eth0 mtu 9000 down']],
  [{ op: 'link-set', netns: 'r1', name: 'vif3.0', group: 2, up: true }, ['ip -n r1 link set dev vif3.0 group 2 up']],
  [{ op: 'plug', netns: 'r1', name: 'eth0', on: true }, ['ip -n r1 link set dev eth0 up']],
  [{ op: 'link-set', netns: PANEL, name: 't', carrier: false }, ['ip link set dev t carrier off']],
  [{ op: 'link-delete', netns: 'r1', name: 'eth0' }, ['ip -n r1 link delete dev eth0']],
  [
    { op: 'redirect', netns: PANEL, from: 'a', to: ['b', 'c'] },
    [
      'tc qdisc replace dev a ingress',
      'tc filter replace dev a ingress protocol all prio 1 matchall action mirred egress mirror dev b action mirred egress redirect dev c',
    ],
  ],
  [{ op: 'redirect', netns: PANEL, from: 'a', to: [] }, ['tc qdisc delete dev a ingress']],
  [
    { op: 'offloads-off', netns: 'r1', name: 'eth0' },
    ['ip netns exec r1 ethtool -K eth0 tx off rx off tso off gso off gro off txvlan off rxvlan off'],
  ],
  [{ op: 'address-add', netns: 'r1', name: 'eth0', address: '10.0.0.1/24' }, ['ip -n r1 address replace 10.0.0.1/24 dev eth0']],
  [
    { op: 'address-add', netns: 'r1', name: 'eth0', address: 'fd00::1/64' },
    ['ip -n r1 address replace fd00::1/64 dev eth0 nodad'],
  ],
  [
    { op: 'addresses-set', netns: 'r1', name: 'F', addresses: ['10.0.0.1/24', 'fd00::1/64'] },
    [
      '# addresses that an earlier command of this kind set, and that are not named here, go',
      'ip -n r1 address replace 10.0.0.1/24 dev F',
      'ip -n r1 address replace fd00::1/64 dev F nodad',
    ],
  ],
  [
    {
      op: 'routes-set',
      netns: 'r1',
      name: 'F',
      routes: [
        { destination: '0.0.0.0/0', gateway: '10.0.0.2', metric: 101 },
        { destination: 'fd01::/64', table: 7, source: 'fd00::1', mtu: 1400, onlink: true },
      ],
    },
    [
      '# routes of F with proto static that are not named here go',
      'ip -n r1 route replace 0.0.0.0/0 via 10.0.0.2 metric 101 dev F proto static',
      'ip -n r1 -6 route replace fd01::/64 table 7 src fd00::1 mtu 1400 onlink dev F proto static',
    ],
  ],
  [
    {
      op: 'neighbours-set',
      netns: 'r1',
      name: 'F',
      neighbours: [
        { address: '10.0.0.2', mac: '02:00:00:00:00:02' },
        { address: 'fd00::2', mac: '02:00:00:00:00:02' },
      ],
    },
    [
      '# permanent neighbours at F that are not named here go',
      'ip -n r1 neighbour replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev F nud permanent',
      'ip -n r1 neighbour replace fd00::2 lladdr 02:00:00:00:00:02 dev F nud permanent',
    ],
  ],
  [{ op: 'nft', netns: 'r1', text: 'table ip t\n' }, ["ip netns exec r1 nft -f - <<'weft'", 'table ip t', 'weft']],
  [
    { op: 'flows-delete', netns: 'r1', addresses: ['10.0.0.1', 'fd00::1'] },
    [
      'ip netns exec r1 conntrack -D -f ipv4 --orig-src 10.0.0.1',
      'ip netns exec r1 conntrack -D -f ipv4 --orig-dst 10.0.0.1',
      'ip netns exec r1 conntrack -D -f ipv4 --reply-src 10.0.0.1',
      'ip netns exec r1 conntrack -D -f ipv4 --reply-dst 10.0.0.1',
      'ip netns exec r1 conntrack -D -f ipv6 --orig-src fd00::1',
      'ip netns exec r1 conntrack -D -f ipv6 --orig-dst fd00::1',
      'ip netns exec r1 conntrack -D -f ipv6 --reply-src fd00::1',
      'ip netns exec r1 conntrack -D -f ipv6 --reply-dst fd00::1',
    ],
  ],
  [
    {
      op: 'flow-delete',
      netns: 'r1',
      flow: { family: 4, proto: 6, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40000, destinationPort: 22 },
    },
    ['ip netns exec r1 conntrack -D -f ipv4 -p tcp --orig-src 10.0.0.1 --orig-dst 10.0.0.2 --sport 40000 --dport 22'],
  ],
  [
    {
      op: 'flow-delete',
      netns: 'r1',
      flow: { family: 6, proto: 58, source: 'fd00::1', destination: 'fd00::2', icmpType: 128, icmpCode: 0, icmpId: 7 },
    },
    [
      'ip netns exec r1 conntrack -D -f ipv6 -p icmpv6 --orig-src fd00::1 --orig-dst fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 7',
    ],
  ],
  [
    { op: 'flow-delete', netns: 'r1', flow: { family: 4, proto: 89, source: '10.0.0.1', destination: '224.0.0.5' } },
    ['ip netns exec r1 conntrack -D -f ipv4 -p 89 --orig-src 10.0.0.1 --orig-dst 224.0.0.5'],
  ],
  [{ op: 'sysctl', netns: 'r1', key: 'net/ipv4/ip_forward', value: '1' }, ['ip netns exec r1 sysctl -w net/ipv4/ip_forward=1']],
])('%j', (op, lines) => {
  expect(opText(op)).toEqual(lines);
});

it('writes the classifier that the kernel has', () => {
  expect(opText({ op: 'redirect', netns: PANEL, from: 'a', to: ['b'] }, 'u32')).toContain(
    'tc filter replace dev a ingress protocol all prio 1 u32 match u32 0 0 action mirred egress redirect dev b',
  );
});

it('quotes what a shell would take apart', () => {
  expect(opText({ op: 'netns-delete', netns: "it's" })).toEqual(["ip netns delete 'it'\\''s'"]);
});
