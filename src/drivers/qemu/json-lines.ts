import { decodeUtf8 } from '../../model/utf8.ts';

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, whatever the chunks, and drops what is longer than `limit` bytes. A byte 0xFF, which no JSON text
 * contains, starts the line anew: the guest agent marks the beginning of an answer with it.
 */
export class JsonLines {
  readonly #limit: number;
  readonly #onLine: (line: string) => void;
  readonly #onOversize: () => void;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number, onLine: (line: string) => void, onOversize: () => void) {
    this.#limit = limit;
    this.#onLine = onLine;
    this.#onOversize = onOversize;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length > this.#limit) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #endLine(): void {
    const whole = this.#length <= this.#limit ? joined(this.#pieces, this.#length) : undefined;
    this.#pieces = [];
    this.#length = 0;
    if (whole === undefined) {
      this.#onOversize();
      return;
    }
    const line = decodeUtf8(whole.subarray(whole.lastIndexOf(0xff) + 1)).trim();
    if (line !== '') this.#onLine(line);
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(untrusted: unknown): untrusted is JsonObject {
  return typeof untrusted === 'object' && untrusted !== null && !Array.isArray(untrusted);
}

/** A line as a JSON object; undefined when it is none. */
export function parseObject(untrustedLine: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(untrustedLine);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
