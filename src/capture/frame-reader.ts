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
    const words = Array.from({ length: 8 }, (_, word) => (this.u16(at + 2 * word) ?? 0).toString(16));
    const zeros = [...words.join(':').matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
    if (zeros === undefined) return words.join(':');
    const text = words.join(':');
    const before = text.slice(0, zeros.index).replace(/:$/, '');
    return `${before}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`;
  }

  from(at: number): FrameReader {
    return new FrameReader(this.#bytes.subarray(at));
  }
}
