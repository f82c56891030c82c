import type { InterfaceConfig } from '../../keyfile/interface-config.ts';
import { parseMac } from '../../model/mac-address.ts';
import type { PortConfig } from '../../routing/port-config.ts';

/** Name servers of an uplink come before those of keyfiles that say nothing of it. */
const DNS_PRIORITY = 50;

/** An interface of the routed network, as nodes are configured. */
export function uplinkConfig({
  addresses,
  group,
  ipv4,
  ipv6,
  mac,
  nameServers,
  neighbours,
  routes,
}: PortConfig): InterfaceConfig {
  return {
    mac: mac === undefined ? undefined : parseMac(mac),
    mtu: undefined,
    group,
    ipv4,
    ipv6,
    addresses,
    routes,
    neighbours,
    dns: { servers: nameServers, search: [], options: [], priority: DNS_PRIORITY },
  };
}
