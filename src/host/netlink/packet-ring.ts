import type { PacketFilter } from '../../capture/packet-filter.ts';
import * as descriptors from '../libc/descriptors.ts';
import { mapShared, type SharedMemory } from '../libc/shared-memory.ts';
import * as sockets from '../libc/sockets.ts';

/** sys/socket.h, linux/if_packet.h, linux/if_ether.h */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 0x0300;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const TPACKET_V3 = 2;
const TP_STATUS_KERNEL = 0;
const TP_STATUS_USER = 1;
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
const PACKET_OUTGOING = 4;
const ETH_P_8021Q = 0x8100;

/** struct tpacket_block_desc: block_status, num_pkts and offset_to_first_pkt, in words of 32 bits */
const BLOCK_STATUS = 2;
const BLOCK_PACKETS = 3;
const BLOCK_FIRST = 4;
/** struct tpacket3_hdr, in words: tp_next_offset, tp_sec, tp_nsec, tp_snaplen, tp_len, tp_status, tp_mac and tp_net, tp_vlan_tci, tp_vlan_tpid */
const NEXT = 0;
const SECONDS = 1;
const NANOSECONDS = 2;
const SNAPLEN = 3;
const LENGTH = 4;
const STATUS = 5;
const MAC = 6;
const VLAN_TCI = 8;
const VLAN_TPID = 9;
/** struct sockaddr_ll after it, at byte 48: sll_hatype, sll_pkttype and sll_halen are its third word */
const PACKET_TYPE = 14;

/** How long a block that is not full may wait before it is handed over. Milliseconds. */
export const RETIRE_AFTER = 10;

export interface RingSize {
  /** Bytes, a power of two, of whole pages; a longer frame is cut. */
  readonly block: number;
  readonly blocks: number;
}

/**
 * The frames that pass an interface, both ways, in memory that the kernel fills (PACKET_MMAP, Documentation/networking/packet_mmap.rst).
 * It stands at one frame at a time, the oldest that was not taken.
 */
export class PacketRing {
  readonly fd: number;
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly #memory: SharedMemory;
  readonly #words: Uint32Array;
  readonly #states: Int32Array;
  readonly #size: RingSize;
  #block = 0;
  #left = 0;
  /** Of the frame's header, in words. */
  #at = 0;

  private constructor(fd: number, index: number, size: RingSize) {
    this.fd = fd;
    this.index = index;
    this.#size = size;
    this.#memory = mapShared(fd, size.block * size.blocks);
    this.bytes = new Uint8Array(this.#memory.bytes);
    this.#words = new Uint32Array(this.#memory.bytes);
    this.#states = new Int32Array(this.#memory.bytes);
  }

  /** At the interface of that index in the network namespace that the thread is in when this is called; it may be down. */
  static async open(index: number, size: RingSize, filter: PacketFilter | undefined): Promise<PacketRing> {
    const fd = sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    try {
      sockets.setSocketOption(fd, SOL_PACKET, PACKET_VERSION, TPACKET_V3);
      await sockets.setSocketOptionAside(fd, SOL_PACKET, PACKET_RX_RING, ringRequest(size));
      if (filter !== undefined) sockets.attachFilter(fd, program(filter));
      const ring = new PacketRing(fd, index, size);
      const address = Buffer.alloc(20);
      address.writeUInt16LE(AF_PACKET, 0);
      address.writeUInt16LE(ETH_P_ALL, 2);
      address.writeInt32LE(index, 4);
      sockets.bind(fd, address);
      return ring;
    } catch (thrown) {
      descriptors.close(fd);
      throw thrown;
    }
  }

  /** False where no frame waits. The members below tell of the frame where it is true. */
  get stands(): boolean {
    if (this.#left > 0) return true;
    const block = (this.#block * this.#size.block) / 4;
    if ((Atomics.load(this.#states, block + BLOCK_STATUS) & TP_STATUS_USER) === 0) return false;
    this.#left = this.#word(block + BLOCK_PACKETS);
    this.#at = block + this.#word(block + BLOCK_FIRST) / 4;
    if (this.#left > 0) return true;
    this.#handBack();
    return false;
  }

  get seconds(): number {
    return this.#word(this.#at + SECONDS);
  }

  get nanoseconds(): number {
    return this.#word(this.#at + NANOSECONDS);
  }

  /** Where in `bytes` the frame is, without the VLAN tag that the kernel took out. */
  get start(): number {
    return this.#at * 4 + (this.#word(this.#at + MAC) & 0xffff);
  }

  /** How many bytes of the frame are there. */
  get kept(): number {
    return this.#word(this.#at + SNAPLEN);
  }

  get length(): number {
    return this.#word(this.#at + LENGTH);
  }

  get outgoing(): boolean {
    return ((this.#word(this.#at + PACKET_TYPE) >>> 16) & 0xff) === PACKET_OUTGOING;
  }

  /** The four bytes of the tag that the kernel took out, as one number; undefined where it took none. */
  get tag(): number | undefined {
    const status = this.#word(this.#at + STATUS);
    if ((status & TP_STATUS_VLAN_VALID) === 0) return undefined;
    const type = (status & TP_STATUS_VLAN_TPID_VALID) === 0 ? ETH_P_8021Q : this.#word(this.#at + VLAN_TPID) & 0xffff;
    return type * 65_536 + (this.#word(this.#at + VLAN_TCI) & 0xffff);
  }

  /** Goes on to the next frame; what was the frame's may change from now on. */
  take(): void {
    this.#left--;
    if (this.#left === 0) this.#handBack();
    else this.#at += this.#word(this.#at + NEXT) / 4;
  }

  /** Since the last call: how many frames passed the filter, and how many of them found no room. */
  counts(): { readonly received: number; readonly dropped: number } {
    const counts = sockets.socketOption(this.fd, SOL_PACKET, PACKET_STATISTICS, 12);
    return { received: counts.readUInt32LE(0), dropped: counts.readUInt32LE(4) };
  }

  /** Forgets that the interface went down, so that poll(2) reports other things again. */
  clearError(): void {
    sockets.socketOption(this.fd, SOL_SOCKET, SO_ERROR, 4);
  }

  /** From now on no frame is received, and none is counted; those that were are still there. */
  shut(): void {
    sockets.attachFilter(this.fd, program([{ code: 6, whenTrue: 0, whenFalse: 0, operand: 0 }]));
  }

  /** Nothing may be asked of it afterwards. */
  close(): Promise<void> {
    this.#memory.release();
    return descriptors.closeAside(this.fd);
  }

  #word(at: number): number {
    return this.#words[at] ?? 0;
  }

  #handBack(): void {
    Atomics.store(this.#states, (this.#block * this.#size.block) / 4 + BLOCK_STATUS, TP_STATUS_KERNEL);
    this.#block = (this.#block + 1) % this.#size.blocks;
  }
}

/** struct tpacket_req3 */
function ringRequest({ block, blocks }: RingSize): Uint8Array {
  return new Uint8Array(Uint32Array.of(block, blocks, block, blocks, RETIRE_AFTER, 0, 0).buffer);
}

/** An array of struct sock_filter. */
function program(filter: PacketFilter): Uint8Array {
  const bytes = Buffer.alloc(filter.length * 8);
  for (const [at, { code, whenTrue, whenFalse, operand }] of filter.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(whenTrue, at * 8 + 2);
    bytes.writeUInt8(whenFalse, at * 8 + 3);
    bytes.writeUInt32LE(operand, at * 8 + 4);
  }
  return bytes;
}
