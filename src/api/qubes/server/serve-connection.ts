import type { Clock } from '../../../boundary/clock.ts';
import type { HalfCloseStream } from '../../../boundary/streams.ts';
import { encodeEvent } from '../wire/event.ts';
import { decodeRequest, LONGEST_REQUEST } from '../wire/request.ts';
import { type Desk, dispatch, type Outcome } from './dispatch.ts';

/** How long a client may take to send its request, and then to read the reply. Milliseconds. */
const patience = 60_000;

/** How much may wait for a follower that does not read, before it is dropped. Bytes. */
const mostWaiting = 256 * 1024;

/** How often to look whether a follower is still there. Milliseconds. */
const lookEvery = 10_000;

export interface ServingParts extends Desk {
  readonly clock: Clock;
}

/**
 * Serves one connection: one request, which counts once the client has ended its side, and one reply or events without end. What is no request is
 * dropped without a byte. Resolves when the connection has ended.
 */
export async function serveConnection(stream: HalfCloseStream, parts: ServingParts): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.onClose(() => resolve()));
  const request = await receive(stream, parts.clock, closed);
  const decoded = request && decodeRequest(request);
  if (decoded === undefined) {
    stream.close();
    return await closed;
  }
  const outcome = await dispatch(parts, decoded);
  if (outcome.kind === 'follow') return await tellFollower(stream, outcome, closed, parts);
  if (outcome.kind === 'reply') stream.write(outcome.bytes);
  stream.finish();
  await parts.clock.sleep(patience, closed);
  stream.close();
  await closed;
}

/** All that the client sends; undefined where it is too much, takes too long, or the client has gone. */
async function receive(stream: HalfCloseStream, clock: Clock, closed: Promise<void>): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const over = Promise.withResolvers<'whole' | 'dropped'>();
  stream.onData((bytes) => {
    length += bytes.length;
    if (length <= LONGEST_REQUEST) pieces.push(bytes);
    else over.resolve('dropped');
  });
  stream.onEnd(() => over.resolve('whole'));
  void closed.then(() => over.resolve('dropped'));
  void clock.sleep(patience, over.promise).then(() => over.resolve('dropped'));
  if ((await over.promise) === 'dropped') return undefined;
  const request = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    request.set(piece, at);
    at += piece.length;
  }
  return request;
}

/** Tells events to one who reads at its own speed; one who does not read is dropped, and hears so by the end of the connection. */
async function tellFollower(
  stream: HalfCloseStream,
  { call, method }: Extract<Outcome, { readonly kind: 'follow' }>,
  closed: Promise<void>,
  { bug, clock }: ServingParts,
): Promise<void> {
  const speaker = new Speaker(stream);
  let stop = () => {};
  try {
    stop = method.follow(call, (event) => speaker.say(encodeEvent(event)));
  } catch (failure) {
    bug(failure);
    stream.close();
  }
  let isOpen = true;
  const ended = closed.then(() => {
    isOpen = false;
    stop();
  });
  while (isOpen) {
    speaker.isThere();
    await clock.sleep(lookEvery, ended);
  }
}

/** Says more and more to one who may not listen. */
class Speaker {
  readonly #stream: HalfCloseStream;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #keepsUp = true;
  #dropped = false;

  constructor(stream: HalfCloseStream) {
    this.#stream = stream;
    stream.onDrain(() => {
      this.#keepsUp = true;
      const late = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      for (const each of late) this.#write(each);
    });
  }

  say(bytes: Uint8Array): void {
    if (this.#dropped) return;
    if (this.#keepsUp) {
      this.#write(bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes <= mostWaiting) return;
    this.#dropped = true;
    this.#waiting = [];
    this.#stream.close();
  }

  /** A client that had ended its side before it went is noticed by writing alone: nothing will do. */
  isThere(): void {
    if (this.#keepsUp && !this.#dropped) this.#write(new Uint8Array());
  }

  #write(bytes: Uint8Array): void {
    this.#keepsUp = this.#stream.write(bytes) && this.#keepsUp;
  }
}
