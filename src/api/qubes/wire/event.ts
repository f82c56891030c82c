import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';

/** Something that has happened: to a qube, or to all where the subject is empty. */
export interface QubesEvent {
  readonly subject: string;
  readonly event: string;
  /** In the order in which they are sent. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const NUL = '\0';

export function encodeEvent({ subject, event, parameters }: QubesEvent): Uint8Array {
  const words = ['1', subject, event, ...parameters.flat()].map((word) => word.replaceAll(NUL, ''));
  return encodeUtf8(`${words.join(NUL)}${NUL}${NUL}`);
}

/** No event that a daemon sends is longer. Bytes. */
const longest = 1024 * 1024;

/** Events out of pieces of a stream, cut anywhere. */
export class EventDecoder {
  #rest: Uint8Array = new Uint8Array();

  /** The events that are whole now; undefined once what comes is no stream of events. */
  push(untrusted: Uint8Array): readonly QubesEvent[] | undefined {
    const bytes = new Uint8Array(this.#rest.length + untrusted.length);
    bytes.set(this.#rest);
    bytes.set(untrusted, this.#rest.length);
    const events: QubesEvent[] = [];
    let at = 0;
    for (;;) {
      const read = decodeEvent(bytes, at);
      if (read === 'torn') return undefined;
      if (read === 'more') break;
      events.push(read.event);
      at = read.next;
    }
    this.#rest = bytes.subarray(at);
    return this.#rest.length > longest ? undefined : events;
  }
}

function decodeEvent(bytes: Uint8Array, from: number): { readonly event: QubesEvent; readonly next: number } | 'more' | 'torn' {
  if (from < bytes.length && bytes[from] !== 0x31) return 'torn';
  const words: string[] = [];
  for (let at = from; ; ) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return 'more';
    const word = decodeUtf8(bytes.subarray(at, end));
    at = end + 1;
    // An empty word where a name is expected is the end: mark, subject, event, and then names and values by turns.
    if (word === '' && words.length >= 3 && words.length % 2 === 1) {
      const [mark, subject = '', event = '', ...rest] = words;
      if (mark !== '1') return 'torn';
      const parameters = rest.flatMap((name, index) => (index % 2 === 0 ? [[name, rest[index + 1] ?? ''] as const] : []));
      return { event: { subject, event, parameters }, next: at };
    }
    words.push(word);
  }
}
