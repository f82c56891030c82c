import type { Flow } from '../../boundary/kernel.ts';
import { errnoOf } from '../system-failure.ts';
import { addressText, parseHost } from './addresses.ts';
import { changeEach } from './change-each.ts';
import { attributesIn, Message } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/netfilter/nfnetlink.h, linux/netfilter/nfnetlink_conntrack.h: the message's type has the subsystem in its upper byte. */
const SUBSYSTEM = 1 << 8;
const CT_GET: number = SUBSYSTEM | 1;
const CT_DELETE: number = SUBSYSTEM | 2;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_ZONE = 18;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_TUPLE_ZONE = 3;
const CTA_IP_V4_SRC = 1;
const CTA_IP_V4_DST = 2;
const CTA_IP_V6_SRC = 3;
const CTA_IP_V6_DST = 4;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_SRC_PORT = 2;
const CTA_PROTO_DST_PORT = 3;
/** Type and code follow: CTA_PROTO_ICMP_ID, CTA_PROTO_ICMPV6_ID. */
const ICMP = { 4: 4, 6: 7 };
/** linux/socket.h */
const AF_INET = 2;
const AF_INET6 = 10;

/** An entry of the table, as the kernel tells it. */
interface Entry {
  readonly family: 4 | 6;
  readonly original: Buffer;
  readonly reply: Buffer;
  readonly zone: Buffer | undefined;
}

/** Entries of a conntrack zone are left out. `socket` speaks NETLINK_NETFILTER, here and below. */
export function listFlows(socket: NetlinkSocket): Flow[] {
  return entries(socket).flatMap((entry) => {
    const isZoned =
      entry.zone !== undefined || [entry.original, entry.reply].some((tuple) => attributesIn(tuple, 0).has(CTA_TUPLE_ZONE));
    return isZoned ? [] : flowOf(entry);
  });
}

/** Gone already is fine. */
export function deleteFlow(socket: NetlinkSocket, flow: Flow): void {
  remove(
    socket,
    request(CT_DELETE, flow.family).nest(CTA_TUPLE_ORIG, (tuple) => describe(tuple, flow), true),
  );
}

/** Deletes the entries with one of these addresses at an end of either direction. Goes on after a refusal, and throws in the end. */
export function deleteFlowsOf(socket: NetlinkSocket, addresses: readonly string[]): void {
  const wanted = new Set(addresses.map((address) => parseHost(address).bytes.toString('hex')));
  if (wanted.size === 0) return;
  const found = entries(socket).filter(({ original, reply }) =>
    [...ends(original), ...ends(reply)].some((end) => wanted.has(end.toString('hex'))),
  );
  changeEach(
    found,
    ({ family, original, zone }) => {
      const message = request(CT_DELETE, family).bytes(CTA_TUPLE_ORIG, original);
      if (zone !== undefined) message.bytes(CTA_ZONE, zone);
      remove(socket, message);
    },
    ({ original }) => ends(original).map(addressText).join(' to '),
  );
}

/** A kernel without ctnetlink, which says EINVAL, has none. */
function entries(socket: NetlinkSocket): Entry[] {
  try {
    return socket.dump(request(CT_GET)).flatMap(({ body }) => {
      const attributes = attributesIn(body, 4);
      const [original, reply] = [attributes.get(CTA_TUPLE_ORIG), attributes.get(CTA_TUPLE_REPLY)];
      if (original === undefined || reply === undefined) return [];
      return { family: body.readUInt8(0) === AF_INET6 ? 6 : 4, original, reply, zone: attributes.get(CTA_ZONE) };
    });
  } catch (thrown) {
    if (errnoOf(thrown) === 'EINVAL') return [];
    throw thrown;
  }
}

/** struct nfgenmsg. */
function request(type: number, family?: 4 | 6): Message {
  const header = Buffer.alloc(4);
  header.writeUInt8(family === undefined ? 0 : family === 6 ? AF_INET6 : AF_INET, 0);
  return new Message(type, 0, 512).raw(header);
}

function remove(socket: NetlinkSocket, message: Message): void {
  try {
    socket.change(message);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
}

/** Source and destination of a tuple. */
function ends(tuple: Buffer): Buffer[] {
  const addresses = attributesIn(attributesIn(tuple, 0).get(CTA_TUPLE_IP) ?? Buffer.alloc(0), 0);
  return [
    addresses.get(CTA_IP_V4_SRC) ?? addresses.get(CTA_IP_V6_SRC),
    addresses.get(CTA_IP_V4_DST) ?? addresses.get(CTA_IP_V6_DST),
  ].filter((end) => end !== undefined);
}

function flowOf({ family, original, reply }: Entry): Flow | [] {
  const [source, destination] = ends(original);
  const proto = protocolIn(original);
  const number = proto.get(CTA_PROTO_NUM);
  if (source === undefined || destination === undefined || number === undefined) return [];
  const id = ICMP[family];
  return {
    ...{ family, proto: number.readUInt8(0), source: addressText(source), destination: addressText(destination) },
    ...value('sourcePort', proto.get(CTA_PROTO_SRC_PORT)?.readUInt16BE(0)),
    ...value('destinationPort', proto.get(CTA_PROTO_DST_PORT)?.readUInt16BE(0)),
    ...value('icmpType', proto.get(id + 1)?.readUInt8(0)),
    ...value('icmpCode', proto.get(id + 2)?.readUInt8(0)),
    ...value('icmpId', proto.get(id)?.readUInt16BE(0)),
    ...translatedOf(original, reply),
  };
}

/** Answers are expected from where the packets really go. */
function translatedOf(original: Buffer, reply: Buffer): Pick<Flow, 'translated'> {
  const [[, asked], [answers]] = [ends(original), ends(reply)];
  const port = protocolIn(reply).get(CTA_PROTO_SRC_PORT);
  const askedPort = protocolIn(original).get(CTA_PROTO_DST_PORT);
  const isSame =
    answers === undefined || (asked?.equals(answers) && (port === askedPort || askedPort?.equals(port ?? askedPort)));
  if (isSame) return {};
  return { translated: { destination: addressText(answers), ...value('destinationPort', port?.readUInt16BE(0)) } };
}

function protocolIn(tuple: Buffer): ReturnType<typeof attributesIn> {
  return attributesIn(attributesIn(tuple, 0).get(CTA_TUPLE_PROTO) ?? Buffer.alloc(0), 0);
}

function value<Name extends keyof Flow>(name: Name, found: number | undefined): Partial<Record<Name, number>> {
  return found === undefined ? {} : ({ [name]: found } as Record<Name, number>);
}

function describe(tuple: Message, flow: Flow): void {
  const [source, destination] = flow.family === 6 ? [CTA_IP_V6_SRC, CTA_IP_V6_DST] : [CTA_IP_V4_SRC, CTA_IP_V4_DST];
  const id = ICMP[flow.family];
  tuple.nest(
    CTA_TUPLE_IP,
    (ip) => ip.bytes(source, parseHost(flow.source).bytes).bytes(destination, parseHost(flow.destination).bytes),
    true,
  );
  tuple.nest(
    CTA_TUPLE_PROTO,
    (proto) => {
      proto.u8(CTA_PROTO_NUM, flow.proto);
      if (flow.sourcePort !== undefined) proto.net16(CTA_PROTO_SRC_PORT, flow.sourcePort);
      if (flow.destinationPort !== undefined) proto.net16(CTA_PROTO_DST_PORT, flow.destinationPort);
      if (flow.icmpType !== undefined) {
        proto
          .net16(id, flow.icmpId ?? 0)
          .u8(id + 1, flow.icmpType)
          .u8(id + 2, flow.icmpCode ?? 0);
      }
    },
    true,
  );
}
