import { uplinkMetric } from '../address/uplink-addresses.ts';
import type { Route } from '../model/route.ts';
import { PROVIDER_MAC } from '../model/uplink-tree.ts';
import { CLIENT_GROUP } from './client-interfaces.ts';
import { clientNeighbours } from './client-neighbours.ts';
import { clientNameServers } from './dns-chain.ts';
import type { UplinkTerms } from './uplink-terms.ts';

/** The group of a client's uplink (specs of Qubes networking, section 5). */
export const UPLINK_GROUP = 1;

/** What an interface of the routed network is to be, in the terms of the kernel. */
export interface PortConfig {
  readonly group: number;
  /** Replaces the one that it came with. */
  readonly mac: string | undefined;
  /** ADDRESS/LENGTH. */
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly { readonly address: string; readonly mac: string }[];
  /** Below /proc/sys/net/ipv4/conf/INTERFACE and /proc/sys/net/ipv6/conf/INTERFACE. */
  readonly ipv4: readonly Setting[];
  readonly ipv6: readonly Setting[];
  readonly nameServers: readonly string[];
}

interface Setting {
  readonly key: string;
  readonly value: string;
}

const NO_IPV6: readonly Setting[] = [{ key: 'disable_ipv6', value: '1' }];

/** IPv6 whose addresses and routes are ours to give: nobody on the link advertises any. */
const OUR_IPV6: readonly Setting[] = [
  { key: 'accept_ra', value: '0' },
  { key: 'autoconf', value: '0' },
  { key: 'accept_dad', value: '0' },
  { key: 'disable_ipv6', value: '0' },
];

/**
 * A client's uplink (section 5, setup-ip): its address, the gateway on the link, whose MAC it need not ask for, and the default route by it.
 * A second default route without a gateway stands behind the first: that is the row of the documented table, and where the first is taken
 * away the provider answers for everybody (proxy ARP).
 */
export function clientPort(terms: UplinkTerms): PortConfig {
  const { gateway6, ip, ip6, visibleGateway, visibleIp, visibleNetmask } = terms;
  const gateways = [visibleGateway, ...(gateway6 === undefined ? [] : [gateway6])];
  return {
    group: UPLINK_GROUP,
    mac: undefined,
    addresses: [`${visibleIp}/${prefixLength(visibleNetmask)}`, ...(ip6 === undefined ? [] : [`${ip6}/128`])],
    routes: [
      { destination: `${visibleGateway}/32` },
      { destination: '0.0.0.0/0', gateway: visibleGateway, onlink: true },
      { destination: '0.0.0.0/0', beside: true },
      ...(gateway6 === undefined
        ? []
        : [{ destination: `${gateway6}/128` }, { destination: '::/0', gateway: gateway6, onlink: true }]),
    ],
    neighbours: gateways.map((address) => ({ address, mac: PROVIDER_MAC })),
    ipv4: [],
    ipv6: ip6 === undefined ? NO_IPV6 : OUR_IPV6,
    // With a fake address there is no IPv6.
    nameServers: clientNameServers(gateway6 !== undefined && visibleIp === ip),
  };
}

/**
 * A provider's interface to a client (section 5, steps 1 to 7): host routes to its real addresses, whose MAC is known; the gateway's own address.
 * With rp_filter nobody but the client is learnt of by ARP there either: who asks with another's address is as good as silent.
 */
export function providerPort(terms: UplinkTerms, number: number, ownMac: string): PortConfig {
  const { gateway, gateway6, ip, ip6, mac, visibleGateway, visibleIp } = terms;
  const reached = [{ ip, length: 32 }, ...(ip6 === undefined ? [] : [{ ip: ip6, length: 128 }])];
  return {
    group: CLIENT_GROUP,
    mac: ownMac === PROVIDER_MAC ? undefined : PROVIDER_MAC,
    addresses: [`${gateway}/32`, ...(gateway6 === undefined || ip6 === undefined ? [] : [`${gateway6}/128`])],
    routes: reached.map(({ ip: address, length }) => ({ destination: `${address}/${length}`, metric: uplinkMetric(number) })),
    neighbours: clientNeighbours({
      ip,
      ip6,
      fake: visibleIp === ip ? undefined : { ip: visibleIp, gateway: visibleGateway },
    }).map((address) => ({ address, mac })),
    ipv4: [
      { key: 'proxy_arp', value: '1' },
      { key: 'rp_filter', value: '1' },
    ],
    ipv6:
      ip6 === undefined ? NO_IPV6 : [...OUR_IPV6, { key: 'drop_unsolicited_na', value: '1' }, { key: 'proxy_ndp', value: '1' }],
    nameServers: [],
  };
}

/** The length of a netmask: 255.255.255.0 is 24. */
function prefixLength(netmask: string): number {
  return netmask.split('.').reduce((length, part) => length + Number(part).toString(2).replaceAll('0', '').length, 0);
}
