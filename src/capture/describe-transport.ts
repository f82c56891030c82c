import type { FrameReader } from './frame-reader.ts';

export interface Transported {
  readonly version: 4 | 6;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly payload: FrameReader;
}

/** Protocol numbers of IANA that are told by name alone. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'IGMP'],
  [4, 'IPv4 in IP'],
  [41, 'IPv6 in IP'],
  [44, 'fragment'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [89, 'OSPF'],
  [103, 'PIM'],
  [112, 'VRRP'],
]);

/** RFC 9293, section 3.1, from the lowest bit, in tcpdump's letters. */
const TCP_FLAGS = 'FSRP.UEW';
const ICMP: ReadonlyMap<number, string> = new Map([
  [0, 'echo reply'],
  [3, 'unreachable'],
  [5, 'redirect'],
  [8, 'echo request'],
  [11, 'time exceeded'],
]);
const ICMPV6: ReadonlyMap<number, string> = new Map([
  [1, 'unreachable'],
  [2, 'packet too big'],
  [3, 'time exceeded'],
  [128, 'echo request'],
  [129, 'echo reply'],
  [133, 'router solicitation'],
  [134, 'router advertisement'],
  [135, 'neighbor solicitation'],
  [136, 'neighbor advertisement'],
  [143, 'multicast listener report'],
]);

/** What an IP packet carries, with its ports where it has some. */
export function describeTransport(packet: Transported): string {
  const { version, protocol, source, destination, payload } = packet;
  const plain = `${source} > ${destination}`;
  if (protocol === 1 && version === 4) return `${plain}: ICMP ${icmp(payload, ICMP, [0, 8])}`;
  if (protocol === 58 && version === 6) return `${plain}: ICMPv6 ${icmp(payload, ICMPV6, [128, 129])}`;
  if (protocol !== 6 && protocol !== 17 && protocol !== 132) return `${plain}: ${NAMES.get(protocol) ?? `protocol ${protocol}`}`;
  const [from, to] = [payload.u16(0), payload.u16(2)];
  if (from === undefined || to === undefined) return `${plain}: cut off`;
  const joint = version === 6 ? '.' : ':';
  const ends = `${source}${joint}${from} > ${destination}${joint}${to}`;
  if (protocol === 6) return `${ends}: TCP [${tcpFlags(payload)}]`;
  return `${ends}: ${protocol === 17 ? 'UDP' : 'SCTP'}`;
}

function icmp(message: FrameReader, names: ReadonlyMap<number, string>, echoes: readonly number[]): string {
  const [type, id, sequence] = [message.u8(0), message.u16(4), message.u16(6)];
  if (type === undefined) return 'cut off';
  const name = names.get(type) ?? `type ${type}`;
  return echoes.includes(type) && sequence !== undefined ? `${name}, id ${id}, seq ${sequence}` : name;
}

function tcpFlags(segment: FrameReader): string {
  const flags = segment.u8(13) ?? 0;
  return [...TCP_FLAGS].filter((_, bit) => (flags & (1 << bit)) !== 0).join('') || 'none';
}
