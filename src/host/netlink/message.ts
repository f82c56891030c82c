/** Header sizes and alignment: linux/netlink.h. Numbers are in the machine's byte order, which is little-endian wherever Node runs on Linux but s390x. */
const HEADER = 16;
const NLA_F_NESTED = 0x8000;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

/** Builds one netlink message; methods chain. */
export class Message {
  readonly #buffer: Buffer;
  #at: number = HEADER;

  constructor(type: number, flags: number, size = 1024) {
    this.#buffer = Buffer.allocUnsafe(size).fill(0);
    this.#buffer.writeUInt16LE(type, 4);
    this.#buffer.writeUInt16LE(flags | NLM_F_REQUEST, 6);
  }

  /** Bytes as they are: the family's own header. */
  raw(bytes: Uint8Array): this {
    this.#buffer.set(bytes, this.#at);
    this.#at += align(bytes.length);
    return this;
  }

  bytes(type: number, value: Uint8Array): this {
    this.#attribute(type, value.length);
    this.#buffer.set(value, this.#at);
    this.#at += align(value.length);
    return this;
  }

  /** With the final zero. */
  text(type: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.#attribute(type, length + 1);
    this.#buffer.write(value, this.#at);
    this.#at += align(length + 1);
    return this;
  }

  /** Text without a final zero: IFLA_IFALIAS, where an empty value removes it. */
  bareText(type: number, value: string): this {
    return this.bytes(type, Buffer.from(value));
  }

  u8(type: number, value: number): this {
    this.#attribute(type, 1);
    this.#buffer.writeUInt8(value, this.#at);
    this.#at += 4;
    return this;
  }

  u16(type: number, value: number): this {
    this.#attribute(type, 2);
    this.#buffer.writeUInt16LE(value, this.#at);
    this.#at += 4;
    return this;
  }

  /** In the order of the network. */
  net16(type: number, value: number): this {
    return this.bytes(type, Uint8Array.of(value >> 8, value & 0xff));
  }

  u32(type: number, value: number): this {
    this.#attribute(type, 4);
    this.#buffer.writeUInt32LE(value >>> 0, this.#at);
    this.#at += 4;
    return this;
  }

  /** Everything that `inner` adds is inside this attribute. */
  nest(type: number, inner: (message: this) => void, flagged = false): this {
    const start = this.#at;
    this.#attribute(flagged ? type | NLA_F_NESTED : type, 0);
    inner(this);
    this.#buffer.writeUInt16LE(this.#at - start, start);
    return this;
  }

  /** The message as it is sent. */
  finish(sequence: number): Buffer {
    this.#buffer.writeUInt32LE(this.#at, 0);
    this.#buffer.writeUInt32LE(sequence, 8);
    return this.#buffer.subarray(0, this.#at);
  }

  #attribute(type: number, length: number): void {
    this.#buffer.writeUInt16LE(length + 4, this.#at);
    this.#buffer.writeUInt16LE(type, this.#at + 2);
    this.#at += 4;
  }
}

function align(length: number): number {
  return (length + 3) & ~3;
}

/** A received message, without its header. */
export interface Received {
  readonly type: number;
  readonly sequence: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** The messages in a datagram. */
export function* messagesIn(bytes: Buffer): Generator<Received> {
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER || at + length > bytes.length)
      throw new Error(`netlink message of ${length} bytes does not fit its datagram`);
    yield {
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      sequence: bytes.readUInt32LE(at + 8),
      body: bytes.subarray(at + HEADER, at + length),
    };
    at += align(length);
  }
}

/** Attributes by number, from `offset` on; the last wins where one is repeated. */
export function attributesIn(bytes: Buffer, offset: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = offset; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return found;
}

export function textOf(bytes: Buffer | undefined): string {
  return bytes === undefined ? '' : bytes.toString('utf8').replace(/\0+$/, '');
}
