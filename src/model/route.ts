/** A route by one interface. */
export interface Route {
  /** ADDRESS/LENGTH, IPv4 or IPv6. */
  readonly destination: string;
  /** A next hop that no route reaches counts as being on the link. */
  readonly gateway?: string;
  /** 0 where left out, which for IPv6 means 1024 (the kernel's default). */
  readonly metric?: number;
  /** The main table where left out. */
  readonly table?: number;
  /** The gateway is on the link, whatever the addresses say. */
  readonly onlink?: boolean;
  readonly mtu?: number;
  /** It stands behind another route with the same destination and metric, instead of taking its place. IPv4 only. */
  readonly beside?: boolean;
  /** The source address that packets on it prefer. */
  readonly source?: string;
}

/** A route as ip(8) takes it, without the interface; the next hop always stands behind the destination. */
export function routeWords({ destination, gateway, metric, mtu, onlink, source, table }: Route): string {
  return [
    destination,
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...(metric === undefined ? [] : ['metric', metric]),
    ...(table === undefined ? [] : ['table', table]),
    ...(source === undefined ? [] : ['src', source]),
    ...(mtu === undefined ? [] : ['mtu', mtu]),
    ...(onlink === true ? ['onlink'] : []),
  ].join(' ');
}
