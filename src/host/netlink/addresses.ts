import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { SyscallError } from '../libc/syscall-error.ts';
import { errnoOf } from '../system-failure.ts';
import { attributesIn, Message, NLM_F_CREATE, NLM_F_REPLACE } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h, linux/if_addr.h, sys/socket.h */
const RTM_NEWADDR = 20;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const IFA_BROADCAST = 4;
/** Since Linux 5.18. */
const IFA_PROTO = 11;
/** Marks the addresses of `setAddresses`; the kernel's own marks are below 4. */
const OURS = 0x77;
const IFA_F_NODAD = 0x02;
const AF_INET = 2;
const AF_INET6 = 10;
const EINVAL = 22;

/** Adds IP/PREFIX; there already is fine. An IPv6 address is usable at once: the kernel does not first look for duplicates (IFA_F_NODAD). */
export function addAddress(socket: NetlinkSocket, index: number, address: string, mark = 0): void {
  const { family, bytes, prefix } = parseAddress(address);
  const header = headerOf(family, prefix, index);
  if (family === AF_INET6) header.writeUInt8(IFA_F_NODAD, 2);
  const message = new Message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, 128).raw(header).bytes(IFA_ADDRESS, bytes);
  if (family === AF_INET) {
    message.bytes(IFA_LOCAL, bytes);
    if (prefix < 31) message.bytes(IFA_BROADCAST, broadcast(bytes, prefix));
  }
  if (mark !== 0) message.u8(IFA_PROTO, mark);
  socket.change(message);
}

/** Makes these the only addresses at the interface that carry our mark. Those that are there already stay as they are. */
export function setAddresses(socket: NetlinkSocket, index: number, addresses: readonly string[]): void {
  const wanted = new Map(addresses.map((address) => [identity(parseAddress(address)), address]));
  for (const there of addressesAt(socket, index)) {
    const kept = wanted.delete(identity(there));
    if (!kept && there.mark === OURS) removeAddress(socket, index, there);
  }
  for (const address of wanted.values()) addAddress(socket, index, address, OURS);
}

interface Address {
  readonly family: number;
  readonly bytes: Buffer;
  readonly prefix: number;
}

function identity({ bytes, prefix }: Address): string {
  return `${bytes.toString('hex')}/${prefix}`;
}

function addressesAt(socket: NetlinkSocket, index: number): (Address & { readonly mark: number })[] {
  return socket.dump(new Message(RTM_GETADDR, 0).raw(Buffer.alloc(8))).flatMap(({ body }) => {
    const attributes = attributesIn(body, 8);
    const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
    if (bytes === undefined || body.readUInt32LE(4) !== index) return [];
    return { family: body.readUInt8(0), bytes, prefix: body.readUInt8(1), mark: attributes.get(IFA_PROTO)?.readUInt8(0) ?? 0 };
  });
}

/** Takes IP/PREFIX away; gone already is fine. */
export function deleteAddress(socket: NetlinkSocket, index: number, address: string): void {
  try {
    removeAddress(socket, index, parseAddress(address));
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EADDRNOTAVAIL') throw thrown;
  }
}

/** struct ifaddrmsg */
function headerOf(family: number, prefix: number, index: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(family, 0);
  header.writeUInt8(prefix, 1);
  header.writeUInt32LE(index, 4);
  return header;
}

function removeAddress(socket: NetlinkSocket, index: number, { family, bytes, prefix }: Address): void {
  socket.change(new Message(RTM_DELADDR, 0, 128).raw(headerOf(family, prefix, index)).bytes(IFA_LOCAL, bytes));
}

/** Throws EINVAL for what is no address. */
export function parseAddress(text: string): Address {
  const [ip = '', length] = text.split('/');
  const family = isIPv4(ip) ? AF_INET : isIPv6(ip) && !ip.includes('%') ? AF_INET6 : undefined;
  const longest = family === AF_INET ? 32 : 128;
  const prefix = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (family === undefined || !(prefix <= longest)) throw new SyscallError(EINVAL, 'address', `${text} is no IP/PREFIX`);
  return { family, bytes: family === AF_INET ? Buffer.from(ip.split('.').map(Number)) : ipv6Bytes(ip), prefix };
}

/** An address alone, without a length. Throws EINVAL for anything else. */
export function parseHost(text: string): { readonly family: number; readonly bytes: Buffer } {
  if (text.includes('/')) throw new SyscallError(EINVAL, 'address', `${text} is no address of one host`);
  return parseAddress(text);
}

/** An address as people write it; IPv6 in the form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Buffer.from(bytes)
    .toString('hex')
    .replace(/(.{4})(?=.)/g, '$1:');
  return new SocketAddress({ address: words, family: 'ipv6' }).address;
}

function ipv6Bytes(ip: string): Buffer {
  const plain = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => `${hex16(a, b)}:${hex16(c, d)}`);
  const [left = '', right] = plain.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [front, back] = [words(left), words(right ?? '')];
  const zeros = right === undefined ? 0 : 8 - front.length - back.length;
  const bytes = Buffer.alloc(16);
  for (const [at, word] of [...front, ...Array<string>(zeros).fill('0'), ...back].entries()) {
    bytes.writeUInt16BE(Number.parseInt(word, 16), at * 2);
  }
  return bytes;
}

function hex16(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}

function broadcast(bytes: Buffer, prefix: number): Buffer {
  const address = Buffer.alloc(4);
  address.writeUInt32BE((bytes.readUInt32BE(0) | (0xffffffff >>> prefix)) >>> 0);
  return address;
}
