import type { MacAddress } from '../model/mac-address.ts';
import type { Neighbour } from '../model/neighbour.ts';
import type { Route } from '../model/route.ts';
import type { ConnectionProfile, IpSettings } from './connection-profile.ts';

/** Where a node's names are looked up, as one of its interfaces says. */
export interface DnsConfig {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** Lower comes first. */
  readonly priority: number;
}

/** What an interface is to be; everything else about it stays as it is. */
export interface InterfaceConfig {
  readonly mac: MacAddress | undefined;
  readonly mtu: number | undefined;
  /** Settings below /proc/sys/net/ipv4/conf/INTERFACE, in this order. */
  readonly ipv4?: readonly { readonly key: string; readonly value: string }[];
  /** The number of its group of interfaces. */
  readonly group?: number;
  /** Exactly these permanent neighbours; where left out, nothing is said of them. */
  readonly neighbours?: readonly Neighbour[];
  /** Settings of IPv6 below /proc/sys/net/ipv6/conf/INTERFACE, in this order. */
  readonly ipv6: readonly { readonly key: string; readonly value: string }[];
  /** ADDRESS/LENGTH. */
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
  readonly dns: DnsConfig;
}

/** NetworkManager's metric for routes of ethernet interfaces that state none (nm-settings-nmcli(5), ipv4.route-metric). */
const ETHERNET_METRIC = 100;

/** NetworkManager's priority of name servers where none is stated (nm-settings-nmcli(5), ipv4.dns-priority). */
const DNS_PRIORITY = 100;

/** What a profile asks of its interface. */
export function interfaceConfig({ clonedMac, ipv4, ipv6, mtu }: ConnectionProfile): InterfaceConfig {
  const families = [...(ipv4.method === 'disabled' ? [] : [ipv4]), ...(usesIpv6(ipv6) ? [ipv6] : [])];
  const priorities = families.filter(({ dns }) => dns.length > 0).map(({ dnsPriority }) => dnsPriority || DNS_PRIORITY);
  return {
    mac: clonedMac,
    mtu,
    ipv6: ipv6Switches(ipv6),
    addresses: families.flatMap(({ addresses }) => addresses),
    routes: [
      ...(ipv4.method === 'disabled' ? [] : routesOf(ipv4, '0.0.0.0/0')),
      ...(usesIpv6(ipv6) ? routesOf(ipv6, '::/0') : []),
    ],
    dns: {
      servers: unique(families.flatMap(({ dns }) => dns)),
      search: unique(families.flatMap(({ dnsSearch }) => dnsSearch)),
      options: unique(families.flatMap(({ dnsOptions }) => dnsOptions)),
      priority: Math.min(DNS_PRIORITY * 100, ...priorities),
    },
  };
}

function usesIpv6({ method }: IpSettings): boolean {
  return method !== 'disabled' && method !== 'ignore';
}

function routesOf(settings: IpSettings, everywhere: string): readonly Route[] {
  const { gateway, neverDefault, routeMetric, routeTable, routes } = settings;
  const byGateway: readonly Route[] = gateway === undefined || neverDefault ? [] : [{ destination: everywhere, gateway }];
  return [...routes, ...byGateway].map((route) => ({
    ...route,
    metric: route.metric ?? routeMetric ?? ETHERNET_METRIC,
    ...(routeTable === undefined || route.table !== undefined ? {} : { table: routeTable }),
  }));
}

/** Kernel documentation, networking/ip-sysctl. With accept_ra=2 router advertisements count even in a node that forwards. */
function ipv6Switches({ addressesFromMac, ignoreAutoRoutes, method, neverDefault }: IpSettings): InterfaceConfig['ipv6'] {
  if (method === 'ignore') return [];
  if (method === 'disabled') return [{ key: 'disable_ipv6', value: '1' }];
  const listens = method === 'auto' || method === 'dhcp';
  return [
    ...(addressesFromMac === true ? [{ key: 'addr_gen_mode', value: '0' }] : []),
    { key: 'accept_ra', value: listens ? '2' : '0' },
    ...(listens ? [{ key: 'accept_ra_defrtr', value: neverDefault || ignoreAutoRoutes ? '0' : '1' }] : []),
    { key: 'disable_ipv6', value: '0' },
  ];
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
