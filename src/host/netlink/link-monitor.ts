import * as descriptors from '../libc/descriptors.ts';
import * as messages from '../libc/messages.ts';
import * as sockets from '../libc/sockets.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { type LinkInfo, linkNews } from './links.ts';
import { attributesIn, Message, messagesIn } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** sys/socket.h, linux/netlink.h, linux/rtnetlink.h, linux/net_namespace.h */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_LISTEN_ALL_NSID = 8;
const RTMGRP_LINK = 1;
const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const automatic = 0xffffffff;
const MSG_DONTWAIT = 0x40;

/** struct cmsghdr */
const LEVEL = 8;
const TYPE = 12;
const DATA = 16;

/** Room for what the kernel tells between two readings, in bytes. */
const room = 8 * 1024 * 1024;

export interface LinkNews extends LinkInfo {
  readonly gone: boolean;
  /** The number of the namespace that it is in; undefined for the monitor's own. */
  readonly nsid: number | undefined;
}

/**
 * Hears of every change of an interface, in the network namespace that the thread is in when it is made and in all that have a number there
 * (rtnetlink(7), NETLINK_LISTEN_ALL_NSID: CAP_NET_BROADCAST in the user namespaces that own them).
 */
export class LinkMonitor {
  readonly #fd: number;
  readonly #message: messages.MessageBuffer = messages.messageBuffer(64 * 1024, 64);

  private constructor(fd: number) {
    this.#fd = fd;
  }

  static open(): LinkMonitor {
    const fd = sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    try {
      enlarge(fd);
      const address = Buffer.alloc(12);
      address.writeUInt16LE(AF_NETLINK, 0);
      address.writeUInt32LE(RTMGRP_LINK, 8);
      sockets.setSocketOption(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
      sockets.bind(fd, address);
      descriptors.signalWhenReadable(fd);
      return new LinkMonitor(fd);
    } catch (thrown) {
      descriptors.close(fd);
      throw thrown;
    }
  }

  close(): void {
    descriptors.close(this.#fd);
  }

  /** What has happened since, one datagram at most; undefined when there is nothing. Throws ENOBUFS when something was lost meanwhile. */
  read(): readonly LinkNews[] | undefined {
    const { data, control } = this.#message;
    control.fill(0);
    const length = messages.receiveMessage(this.#fd, this.#message, MSG_DONTWAIT);
    if (length === undefined) return undefined;
    const nsid =
      control.readInt32LE(LEVEL) === SOL_NETLINK && control.readInt32LE(TYPE) === NETLINK_LISTEN_ALL_NSID
        ? control.readInt32LE(DATA)
        : undefined;
    const news: LinkNews[] = [];
    for (const message of messagesIn(data.subarray(0, length))) {
      const link = linkNews(message);
      if (link !== undefined) news.push({ ...link, nsid });
    }
    return news;
  }
}

/** The number of a namespace, given by its descriptor, in the namespace of the socket; one is given to it where it has none. */
export function namespaceNumber(socket: NetlinkSocket, netns: number): number {
  try {
    socket.change(new Message(RTM_NEWNSID, 0).raw(Buffer.alloc(4)).u32(NETNSA_NSID, automatic).u32(NETNSA_FD, netns));
  } catch (thrown) {
    if (!(thrown instanceof SyscallError) || thrown.code !== 'EEXIST') throw thrown;
  }
  const { body } = socket.get(new Message(RTM_GETNSID, 0).raw(Buffer.alloc(4)).u32(NETNSA_FD, netns));
  const number = attributesIn(body, 4).get(NETNSA_NSID)?.readInt32LE(0);
  if (number === undefined) throw new Error('netlink: a namespace without a number');
  return number;
}

function enlarge(fd: number): void {
  try {
    sockets.setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, room);
  } catch {
    sockets.setSocketOption(fd, SOL_SOCKET, SO_RCVBUF, room);
  }
}
