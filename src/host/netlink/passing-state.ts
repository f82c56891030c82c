import { errnoOf } from '../system-failure.ts';
import { attributesIn, Message, NLM_F_CREATE, NLM_F_EXCL } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h, linux/if_addr.h, linux/neighbour.h, sys/socket.h */
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const NUD_PERMANENT = 0x80;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTPROT_KERNEL = 2;
const RTPROT_RA = 9;
const RT_TABLE_LOCAL = 255;
const RTM_F_CLONED = 0x200;
const RTNH_F_ONLINK = 4;
const IFA_F_NODAD = 0x02;
const IFA_F_PERMANENT = 0x80;
const RT_SCOPE_UNIVERSE = 0;
const AF_INET6 = 10;

/** Messages that make again what an interface loses when it goes down, in an order in which the kernel takes them. */
export type PassingState = readonly { readonly type: number; readonly body: Buffer }[];

/** IPv6 addresses of the world, permanent neighbours, and routes that are not the kernel's own. IPv4 addresses stay by themselves. */
export function passingState(socket: NetlinkSocket, index: number): PassingState {
  const addresses = socket.dump(new Message(RTM_GETADDR, 0).raw(Buffer.alloc(8))).flatMap(({ body }) => {
    const isOurs = body.readUInt8(0) === AF_INET6 && body.readUInt32LE(4) === index && body.readUInt8(3) === RT_SCOPE_UNIVERSE;
    return isOurs && (body.readUInt8(2) & IFA_F_PERMANENT) !== 0
      ? [{ type: RTM_NEWADDR, body: asAsked(body, 2, IFA_F_NODAD) }]
      : [];
  });
  const neighbours = socket.dump(new Message(RTM_GETNEIGH, 0).raw(Buffer.alloc(12))).flatMap(({ body }) => {
    const isLasting = body.readInt32LE(4) === index && body.readUInt16LE(8) === NUD_PERMANENT;
    return isLasting ? [{ type: RTM_NEWNEIGH, body }] : [];
  });
  const routes = socket.dump(new Message(RTM_GETROUTE, 0).raw(Buffer.alloc(12))).flatMap(({ body }) => {
    if (!isLost(body, index)) return [];
    const copy = Buffer.from(body);
    copy.writeUInt32LE(body.readUInt32LE(8) & RTNH_F_ONLINK, 8);
    return [{ type: RTM_NEWROUTE, body: copy }];
  });
  const direct = routes.filter(({ body }) => !attributesIn(body, 12).has(RTA_GATEWAY));
  return [...addresses, ...neighbours, ...direct, ...routes.filter((route) => !direct.includes(route))];
}

/** Goes on after what the kernel refuses: what is there already, and what another change has made impossible. */
export function restoreState(socket: NetlinkSocket, state: PassingState): void {
  for (const { type, body } of state) {
    try {
      socket.change(new Message(type, NLM_F_CREATE | NLM_F_EXCL, body.length + 64).raw(body));
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
    }
  }
}

/** Whether a struct rtmsg with its attributes is a route by the interface that somebody made. */
function isLost(body: Buffer, index: number): boolean {
  const [table, protocol, flags] = [body.readUInt8(4), body.readUInt8(5), body.readUInt32LE(8)];
  if (table === RT_TABLE_LOCAL || protocol === RTPROT_KERNEL || protocol === RTPROT_RA || (flags & RTM_F_CLONED) !== 0)
    return false;
  return attributesIn(body, 12).get(RTA_OIF)?.readUInt32LE(0) === index;
}

/** A copy with other flags in the byte `at`. */
function asAsked(body: Buffer, at: number, flags: number): Buffer {
  const copy = Buffer.from(body);
  copy.writeUInt8(flags, at);
  return copy;
}
