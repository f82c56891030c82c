import { SyscallError } from '../libc/syscall-error.ts';
import { attributesIn, Message, NLM_F_CREATE, NLM_F_EXCL, type Received, textOf } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
/** linux/if_link.h */
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_IFALIAS = 20;
const IFLA_GROUP = 27;
const IFLA_NET_NS_FD = 28;
const IFLA_NUM_TX_QUEUES = 31;
const IFLA_NUM_RX_QUEUES = 32;
const IFLA_CARRIER = 33;
const IFLA_TARGET_NETNSID = 46;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
/** linux/veth.h */
const VETH_INFO_PEER = 1;
/** linux/if.h */
const IFF_UP = 0x1;
const IFF_LOWER_UP = 0x10000;

export interface LinkInfo {
  readonly index: number;
  readonly name: string;
  readonly alias: string;
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly peerIndex: number | undefined;
}

export interface LinkChange {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  readonly alias?: string;
  readonly carrier?: boolean;
  readonly master?: number;
  readonly group?: number;
  /** A descriptor of the namespace that it is moved to. */
  readonly netns?: number;
}

interface NewVethEnd {
  readonly name: string;
  readonly mac?: string | undefined;
  readonly mtu: number;
}

/** struct ifinfomsg */
function header(index: number, flags: number, mask: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeUInt32LE(mask, 12);
  return bytes;
}

/**
 * Makes a veth pair, one end in the socket's namespace, the other directly in the namespace of `peerNetns`, both down: the kernel
 * refuses IFF_UP in the peer's part. One queue each: a veth's queues need no lock, more of them only cost time and memory.
 */
export function addVeth(socket: NetlinkSocket, end: NewVethEnd, peer: NewVethEnd, peerNetns: number): void {
  const message = new Message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL).raw(header(0, 0, 0));
  describeEnd(message, end);
  message.nest(IFLA_LINKINFO, (info) => {
    info.text(IFLA_INFO_KIND, 'veth');
    info.nest(IFLA_INFO_DATA, (data) => {
      data.nest(VETH_INFO_PEER, (inner) => {
        inner.raw(header(0, 0, 0)).u32(IFLA_NET_NS_FD, peerNetns);
        describeEnd(inner, peer);
      });
    });
  });
  socket.change(message);
}

function describeEnd(message: Message, { name, mac, mtu }: NewVethEnd): void {
  message.text(IFLA_IFNAME, name).u32(IFLA_MTU, mtu).u32(IFLA_NUM_TX_QUEUES, 1).u32(IFLA_NUM_RX_QUEUES, 1);
  if (mac !== undefined) message.bytes(IFLA_ADDRESS, macBytes(mac));
}

/** Changes an existing interface, found by its name. */
export function setLink(socket: NetlinkSocket, name: string, change: LinkChange): void {
  const flags = change.up === true ? IFF_UP : 0;
  const message = new Message(RTM_NEWLINK, 0).raw(header(0, flags, change.up === undefined ? 0 : IFF_UP)).text(IFLA_IFNAME, name);
  if (change.mtu !== undefined) message.u32(IFLA_MTU, change.mtu);
  if (change.mac !== undefined) message.bytes(IFLA_ADDRESS, macBytes(change.mac));
  if (change.alias !== undefined) message.bareText(IFLA_IFALIAS, change.alias);
  if (change.carrier !== undefined) message.u8(IFLA_CARRIER, change.carrier ? 1 : 0);
  if (change.master !== undefined) message.u32(IFLA_MASTER, change.master);
  if (change.group !== undefined) message.u32(IFLA_GROUP, change.group);
  if (change.netns !== undefined) message.u32(IFLA_NET_NS_FD, change.netns);
  socket.change(message);
}

export function deleteLink(socket: NetlinkSocket, name: string): void {
  socket.change(new Message(RTM_DELLINK, 0).raw(header(0, 0, 0)).text(IFLA_IFNAME, name));
}

/** Throws ENODEV, with the name, when there is no such interface. */
export function getLink(socket: NetlinkSocket, name: string): LinkInfo {
  return linkInfo(askFor(socket, name));
}

/** The same, the number alone. */
export function linkIndex(socket: NetlinkSocket, name: string): number {
  return askFor(socket, name).body.readInt32LE(4);
}

function askFor(socket: NetlinkSocket, name: string): Received {
  try {
    return socket.get(new Message(RTM_GETLINK, 0).raw(header(0, 0, 0)).text(IFLA_IFNAME, name));
  } catch (thrown) {
    if (!(thrown instanceof SyscallError) || thrown.code !== 'ENODEV') throw thrown;
    throw new SyscallError(thrown.errno, 'netlink', `there is no interface ${name}`);
  }
}

/** The link that a message of the kernel about one is about, and whether it is gone; undefined for other messages. */
export function linkNews(message: Received): (LinkInfo & { readonly gone: boolean }) | undefined {
  if (message.type !== RTM_NEWLINK && message.type !== RTM_DELLINK) return undefined;
  return { ...linkInfo(message), gone: message.type === RTM_DELLINK };
}

/** `nsid`: of another namespace, by its number in the socket's. */
export function listLinks(socket: NetlinkSocket, nsid?: number): LinkInfo[] {
  const question = new Message(RTM_GETLINK, 0).raw(header(0, 0, 0));
  if (nsid !== undefined) question.u32(IFLA_TARGET_NETNSID, nsid);
  return socket.dump(question).map(linkInfo);
}

function linkInfo({ body }: Received): LinkInfo {
  const attributes = attributesIn(body, 16);
  const flags = body.readUInt32LE(8);
  const info = attributes.get(IFLA_LINKINFO);
  const kind = info === undefined ? '' : textOf(attributesIn(info, 0).get(IFLA_INFO_KIND));
  return {
    index: body.readInt32LE(4),
    name: textOf(attributes.get(IFLA_IFNAME)),
    alias: textOf(attributes.get(IFLA_IFALIAS)),
    kind,
    mac: (attributes.get(IFLA_ADDRESS) ?? Buffer.alloc(0)).toString('hex').replace(/(..)(?=.)/g, '$1:'),
    mtu: attributes.get(IFLA_MTU)?.readUInt32LE(0) ?? 0,
    up: (flags & IFF_UP) !== 0,
    carrier: (flags & IFF_LOWER_UP) !== 0,
    peerIndex: kind === 'veth' ? attributes.get(IFLA_LINK)?.readUInt32LE(0) : undefined,
  };
}

export function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
