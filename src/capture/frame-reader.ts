import { ipv6Text } from '../model/ipv6-text.ts';

/** Reads fields of a frame that may be cut off: what is not there is undefined. Numbers are big-endian. */
export class FrameReader {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(at: number): number | undefined {
    return this.#bytes[at];
  }

  u16(at: number): number | undefined {
    const [high, low] = [this.#bytes[at], this.#bytes[at + 1]];
    return high === undefined || low === undefined ? undefined : (high << 8) | low;
  }

  mac(at: number): string | undefined {
    if (at + 6 > this.#bytes.length) return undefined;
    return Array.from(this.#bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  }

  ipv4(at: number): string | undefined {
    return at + 4 > this.#bytes.length ? undefined : this.#bytes.subarray(at, at + 4).join('.');
  }

  /** As RFC 5952 writes it. */
  ipv6(at: number): string | undefined {
    if (at + 16 > this.#bytes.length) return undefined;
    return ipv6Text(Array.from({ length: 8 }, (_, word) => this.u16(at + 2 * word) ?? 0));
  }

  from(at: number): FrameReader {
    return new FrameReader(this.#bytes.subarray(at));
  }
}
