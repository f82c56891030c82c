import { ipv6Words } from '../../src/model/ipv6-text.ts';

/** Stands in every frame of an attack: whoever sees it was reached. */
export const MARK: Buffer = Buffer.from('weft attack');

/** One end of a frame. */
export interface FrameEnd {
  readonly mac: string;
  readonly ip: string;
}

/** A frame with an IP packet from one to the other; the family is that of their addresses. */
export function packetFrame(from: FrameEnd, to: FrameEnd, protocol: number, payload: Buffer): Buffer {
  const isIpv6 = from.ip.includes(':');
  const [source, destination] = [addressBytes(from.ip), addressBytes(to.ip)];
  if (isIpv6) {
    const header = Buffer.alloc(8);
    header[0] = 0x60;
    header.writeUInt16BE(payload.length, 4);
    header[6] = protocol;
    header[7] = 255;
    return frame(from.mac, to.mac, 0x86dd, header, source, destination, payload);
  }
  const header = Buffer.alloc(12);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payload.length, 2);
  header[8] = 64;
  header[9] = protocol;
  header.writeUInt16BE(checksum(Buffer.concat([header, source, destination])), 10);
  return frame(from.mac, to.mac, 0x0800, header, source, destination, payload);
}

/** An echo request. */
export function echo(from: FrameEnd, to: FrameEnd): Buffer {
  return from.ip.includes(':')
    ? icmpv6(from, to, Buffer.concat([Buffer.from('80000000abcd0001', 'hex'), MARK]))
    : packetFrame(from, to, 1, summed(Buffer.concat([Buffer.from('08000000abcd0001', 'hex'), MARK])));
}

export function icmpv6(from: FrameEnd, to: FrameEnd, message: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(message.length, 0);
  length[7] = 58;
  const pseudo = Buffer.concat([addressBytes(from.ip), addressBytes(to.ip), length]);
  return packetFrame(from, to, 58, summed(message, pseudo));
}

export function udp(from: FrameEnd, to: FrameEnd, fromPort: number, toPort: number, payload: Buffer = MARK): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(fromPort, 0);
  header.writeUInt16BE(toPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return packetFrame(from, to, 17, Buffer.concat([header, payload]));
}

/** Says that an address is at a MAC, to all or to one, asked or not. */
export function arp(operation: 'request' | 'reply', from: FrameEnd, to: FrameEnd): Buffer {
  const header = Buffer.from(`0001080006040000`, 'hex');
  header[7] = operation === 'request' ? 1 : 2;
  const words = [macBytes(from.mac), addressBytes(from.ip), macBytes(to.mac), addressBytes(to.ip)];
  return frame(from.mac, to.mac, 0x0806, header, ...words, MARK);
}

/** The same in IPv6: an unsolicited neighbour advertisement that overrides. */
export function advertisement(from: FrameEnd, to: FrameEnd, target: string): Buffer {
  const flags = Buffer.from('8800000020000000', 'hex');
  return icmpv6(from, to, Buffer.concat([flags, addressBytes(target), Buffer.from('0201', 'hex'), macBytes(from.mac), MARK]));
}

/** A router that wants to be everybody's, with a prefix for addresses. */
export function routerAdvertisement(from: FrameEnd, to: FrameEnd): Buffer {
  const head = Buffer.from('8600000040000e100000000000000000', 'hex');
  const prefix = Buffer.concat([Buffer.from('030440c00000e1000000e10000000000', 'hex'), addressBytes('2001:db8:bad::')]);
  return icmpv6(from, to, Buffer.concat([head, prefix, MARK]));
}

/** A redirect: `to` is to reach `target` by `from`. */
export function redirect(from: FrameEnd, to: FrameEnd, target: string): Buffer {
  const head = Buffer.from('8900000000000000', 'hex');
  return icmpv6(from, to, Buffer.concat([head, addressBytes(from.ip), addressBytes(target), MARK]));
}

/** A DHCP offer of an address, with a router and a name server. */
export function dhcpOffer(from: FrameEnd, to: FrameEnd): Buffer {
  const message = Buffer.alloc(236);
  message.set([2, 1, 6, 0], 0);
  message.set(addressBytes('192.168.66.66'), 16);
  const options = Buffer.from('638253633501020304c0a8420106', 'hex');
  return udp(from, to, 67, 68, Buffer.concat([message, options, Buffer.from([4, 192, 168, 66, 1, 255]), MARK]));
}

/** The same frame with VLAN tags in front of what it carries. */
export function tagged(bytes: Buffer, ...vlans: number[]): Buffer {
  const tags = vlans.flatMap((vlan) => [0x81, 0x00, vlan >> 8, vlan & 0xff]);
  return Buffer.concat([bytes.subarray(0, 12), Buffer.from(tags), bytes.subarray(12)]);
}

function frame(source: string, destination: string, type: number, ...parts: Buffer[]): Buffer {
  return Buffer.concat([macBytes(destination), macBytes(source), Buffer.from([type >> 8, type & 0xff]), ...parts]);
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  return Buffer.from((ipv6Words(address) ?? []).flatMap((word) => [word >> 8, word & 0xff]));
}

/** A message with its checksum at its third byte. */
function summed(message: Buffer, pseudo: Buffer = Buffer.alloc(0)): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(checksum(Buffer.concat([pseudo, message])), 2);
  return copy;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
