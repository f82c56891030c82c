import type { Route as WantedRoute } from '../../model/route.ts';
import { errnoOf } from '../system-failure.ts';
import { parseAddress } from './addresses.ts';
import { changeEach } from './change-each.ts';
import { attributesIn, Message, NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE, type Received } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h, sys/socket.h */
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_TABLE = 15;
const RTAX_MTU = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
const RTNH_F_ONLINK = 4;
const AF_INET6 = 10;
/** net/ipv6.h: IP6_RT_PRIO_USER, for routes that state no metric. */
const IPV6_METRIC = 1024;
/** Of the route that stands for an instant: any other is preferred. */
const WORST_METRIC = 0xfffffffe;

/** A route in the terms of netlink. */
interface Route {
  readonly family: number;
  readonly destination: Buffer;
  readonly length: number;
  readonly gateway: Buffer | undefined;
  readonly metric: number;
  readonly table: number;
  readonly mtu: number;
  readonly source: Buffer | undefined;
  readonly onlink: boolean;
  readonly beside: boolean;
}

/**
 * Makes these the only routes by the interface that are marked `proto static`. Those that are there already are not touched. Goes on after
 * a route that the kernel refuses, and throws in the end, with what it was.
 */
export function setRoutes(socket: NetlinkSocket, index: number, routes: readonly WantedRoute[]): void {
  const wanted = new Map(routes.map((route) => [identity(parsed(route)), route]));
  for (const there of staticRoutes(socket, index)) {
    if (!wanted.delete(identity(there))) socket.change(message(RTM_DELROUTE, 0, index, there));
  }
  changeEach(
    wanted.values(),
    (route) => addRoute(socket, index, parsed(route)),
    ({ destination, gateway }) => `${destination}${gateway === undefined ? '' : ` via ${gateway}`}`,
  );
}

/**
 * A next hop that no route reaches is taken as being on the link. One that is an address of this very namespace the kernel takes only while
 * a route leads to it by the interface: such a route stands until the wanted one does.
 */
function addRoute(socket: NetlinkSocket, index: number, route: Route): void {
  const mode = NLM_F_CREATE | (route.beside ? NLM_F_APPEND : NLM_F_REPLACE);
  const add = (tried: Route) => socket.change(message(RTM_NEWROUTE, mode, index, tried));
  const { gateway } = route;
  const attempts = [() => add(route)];
  if (gateway !== undefined) {
    if (!route.onlink) attempts.push(() => add({ ...route, onlink: true }));
    attempts.push(() => during(socket, index, pathTo(gateway, route), () => add({ ...route, onlink: false })));
  }
  let refusal: unknown;
  for (const attempt of attempts) {
    try {
      attempt();
      return;
    } catch (thrown) {
      refusal ??= thrown;
      if (!['EINVAL', 'ENETUNREACH', 'EHOSTUNREACH'].includes(errnoOf(thrown) ?? '')) break;
    }
  }
  throw refusal;
}

function pathTo(gateway: Buffer, { family }: Route): Route {
  return {
    family,
    destination: gateway,
    length: gateway.length * 8,
    gateway: undefined,
    metric: WORST_METRIC,
    table: RT_TABLE_MAIN,
    mtu: 0,
    source: undefined,
    onlink: false,
    beside: false,
  };
}

function during(socket: NetlinkSocket, index: number, route: Route, work: () => void): void {
  socket.change(message(RTM_NEWROUTE, NLM_F_CREATE, index, route));
  try {
    work();
  } finally {
    socket.change(message(RTM_DELROUTE, 0, index, route));
  }
}

/** struct rtmsg and its attributes. */
function message(type: number, flags: number, index: number, route: Route): Message {
  const header = Buffer.alloc(12);
  header.writeUInt8(route.family, 0);
  header.writeUInt8(route.length, 1);
  header.writeUInt8(route.table < 256 ? route.table : 0, 4);
  header.writeUInt8(RTPROT_STATIC, 5);
  header.writeUInt8(route.gateway === undefined && route.family !== AF_INET6 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, 6);
  header.writeUInt8(RTN_UNICAST, 7);
  header.writeUInt32LE(route.onlink ? RTNH_F_ONLINK : 0, 8);
  const built = new Message(type, flags, 256).raw(header);
  if (route.length > 0) built.bytes(RTA_DST, route.destination);
  built.u32(RTA_OIF, index).u32(RTA_PRIORITY, route.metric).u32(RTA_TABLE, route.table);
  if (route.gateway !== undefined) built.bytes(RTA_GATEWAY, route.gateway);
  if (route.source !== undefined) built.bytes(RTA_PREFSRC, route.source);
  if (route.mtu !== 0) built.nest(RTA_METRICS, (metrics) => metrics.u32(RTAX_MTU, route.mtu));
  return built;
}

function staticRoutes(socket: NetlinkSocket, index: number): Route[] {
  return socket.dump(new Message(RTM_GETROUTE, 0).raw(Buffer.alloc(12))).flatMap((received) => staticRoute(received, index));
}

function staticRoute({ body }: Received, index: number): Route | [] {
  const attributes = attributesIn(body, 12);
  if (body.readUInt8(5) !== RTPROT_STATIC || attributes.get(RTA_OIF)?.readUInt32LE(0) !== index) return [];
  const family = body.readUInt8(0);
  const metrics = attributes.get(RTA_METRICS);
  return {
    family,
    destination: attributes.get(RTA_DST) ?? Buffer.alloc(family === AF_INET6 ? 16 : 4),
    length: body.readUInt8(1),
    gateway: attributes.get(RTA_GATEWAY),
    metric: attributes.get(RTA_PRIORITY)?.readUInt32LE(0) ?? 0,
    table: attributes.get(RTA_TABLE)?.readUInt32LE(0) ?? body.readUInt8(4),
    mtu: (metrics === undefined ? undefined : attributesIn(metrics, 0).get(RTAX_MTU)?.readUInt32LE(0)) ?? 0,
    source: attributes.get(RTA_PREFSRC),
    onlink: (body.readUInt32LE(8) & RTNH_F_ONLINK) !== 0,
    beside: false,
  };
}

/** What the kernel makes of a route: the bits of the destination beyond its length do not count. */
function parsed({ beside, destination, gateway, metric, mtu, onlink, source, table }: WantedRoute): Route {
  const { bytes, family, prefix } = parseAddress(destination);
  return {
    family,
    destination: masked(bytes, prefix),
    length: prefix,
    gateway: gateway === undefined ? undefined : parseAddress(gateway).bytes,
    metric: family === AF_INET6 ? metric || IPV6_METRIC : (metric ?? 0),
    table: table || RT_TABLE_MAIN,
    mtu: mtu ?? 0,
    source: source === undefined ? undefined : parseAddress(source).bytes,
    onlink: onlink ?? false,
    beside: beside ?? false,
  };
}

function masked(bytes: Buffer, length: number): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte & (0xff << Math.max(0, Math.min(8, (at + 1) * 8 - length)))));
}

/** Whether the next hop had to be called on-link is not part of what a route is. */
function identity({ destination, gateway, length, metric, mtu, source, table }: Route): string {
  return [destination, gateway, source]
    .map((bytes) => bytes?.toString('hex') ?? '')
    .concat([length, metric, mtu, table].map(String))
    .join(' ');
}
