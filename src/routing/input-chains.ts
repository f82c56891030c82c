import { fromClients } from './client-interfaces.ts';
import type { Family } from './family.ts';
import type { NftChain } from './nft-table.ts';
import type { ForwardedPort } from './node-network.ts';
import { UPLINK_GROUP } from './port-config.ts';

const hook = 'type filter hook input priority filter; policy drop;';
const begin = ['jump custom-input', 'ct state invalid counter name input-invalid drop'];
const established = 'ct state established,related accept';

/**
 * What the node itself takes: answers, what was forwarded to it, ICMP (without routes that clients would like it to have), and what the
 * user's chain lets in.
 */
export function inputChains({ version }: Family, forwarded: readonly ForwardedPort[]): NftChain[] {
  const accepts = forwarded.map(
    ({ port, proto }) => `iifgroup ${UPLINK_GROUP} ${proto} dport ${port} counter name port-forwards accept`,
  );
  return version === 4 ? inputOfIpv4(accepts) : inputOfIpv6(accepts);
}

const inputOfIpv4 = (accepts: readonly string[]): NftChain[] => [
  {
    name: 'input',
    hook,
    rules: [
      ...begin,
      ...fromClients('udp dport 68 counter name input-dhcp drop'),
      established,
      ...accepts,
      ...fromClients('meta l4proto icmp accept'),
      'iif lo accept',
      ...fromClients('counter name input-clients reject with icmp host-prohibited'),
      'counter name input-rest',
    ],
  },
];

const inputOfIpv6 = (accepts: readonly string[]): NftChain[] => [
  {
    name: 'input-from-clients',
    rules: [
      'meta l4proto != icmpv6 counter name input-clients reject with icmpv6 admin-prohibited',
      'icmpv6 type { nd-router-advert, nd-redirect } counter name input-redirects drop',
      'accept',
    ],
  },
  {
    name: 'input',
    hook,
    rules: [
      ...begin,
      established,
      ...accepts,
      ...fromClients('goto input-from-clients'),
      'iif lo accept',
      'ip6 saddr fe80::/64 ip6 daddr fe80::/64 udp dport 546 accept',
      'meta l4proto icmpv6 accept',
      'counter name input-rest',
    ],
  },
];
