import type { Neighbour } from '../../model/neighbour.ts';
import { errnoOf } from '../system-failure.ts';
import { parseHost } from './addresses.ts';
import { changeEach } from './change-each.ts';
import { macBytes } from './links.ts';
import { attributesIn, Message, NLM_F_CREATE, NLM_F_REPLACE } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h, linux/neighbour.h */
const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NUD_PERMANENT = 0x80;

/** A permanent neighbour in the terms of netlink. */
interface Entry {
  readonly family: number;
  readonly address: Buffer;
  readonly mac: Buffer;
}

/**
 * Makes these the only permanent neighbours at the interface. Those that are there already are not touched. Goes on after a neighbour that
 * the kernel refuses, and throws in the end, with what it was.
 */
export function setNeighbours(socket: NetlinkSocket, index: number, neighbours: readonly Neighbour[]): void {
  const wanted = new Map(neighbours.map((neighbour) => [identity(entryOf(neighbour)), neighbour]));
  const addresses = new Set(neighbours.map((neighbour) => addressKey(entryOf(neighbour))));
  for (const there of permanentNeighbours(socket, index)) {
    // One with another MAC is replaced, so that it is never missing.
    if (!wanted.delete(identity(there)) && !addresses.has(addressKey(there))) remove(socket, index, there);
  }
  changeEach(
    wanted.values(),
    (neighbour) => {
      const entry = entryOf(neighbour);
      socket.change(message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, index, entry).bytes(NDA_LLADDR, entry.mac));
    },
    ({ address }) => address,
  );
}

function entryOf({ address, mac }: Neighbour): Entry {
  const { bytes, family } = parseHost(address);
  return { family, address: bytes, mac: macBytes(mac) };
}

function permanentNeighbours(socket: NetlinkSocket, index: number): Entry[] {
  return socket.dump(new Message(RTM_GETNEIGH, 0).raw(Buffer.alloc(12))).flatMap(({ body }) => {
    const attributes = attributesIn(body, 12);
    const address = attributes.get(NDA_DST);
    if (address === undefined || body.readInt32LE(4) !== index || body.readUInt16LE(8) !== NUD_PERMANENT) return [];
    return { family: body.readUInt8(0), address, mac: attributes.get(NDA_LLADDR) ?? Buffer.alloc(0) };
  });
}

function remove(socket: NetlinkSocket, index: number, entry: Entry): void {
  try {
    socket.change(message(RTM_DELNEIGH, 0, index, entry));
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
}

/** struct ndmsg and the address. */
function message(type: number, flags: number, index: number, { address, family }: Entry): Message {
  const header = Buffer.alloc(12);
  header.writeUInt8(family, 0);
  header.writeInt32LE(index, 4);
  header.writeUInt16LE(NUD_PERMANENT, 8);
  return new Message(type, flags, 128).raw(header).bytes(NDA_DST, address);
}

function identity(entry: Entry): string {
  return `${addressKey(entry)} ${entry.mac.toString('hex')}`;
}

function addressKey({ address }: Entry): string {
  return address.toString('hex');
}
