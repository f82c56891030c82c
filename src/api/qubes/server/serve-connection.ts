import type { Clock } from '../../../boundary/clock.ts';
import type { HalfCloseStream } from '../../../boundary/streams.ts';
import { encodeEvent } from '../wire/event.ts';
import { decodeRequest, LONGEST_REQUEST } from '../wire/request.ts';
import { type Desk, dispatch, type Outcome } from './dispatch.ts';

/** How long a client may take to send its request, and then to read the reply. Milliseconds. */
const patience = 60_000;

/** How much may wait for a follower that does not read, before it is dropped. Bytes. */
const mostWaiting = 256 * 1024;

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
  { bug }: Desk,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let keepsUp = true;
  const drop = () => {
    waiting = [];
    stream.close();
  };
  stream.onDrain(() => {
    keepsUp = true;
    const late = waiting;
    [waiting, bytes] = [[], 0];
    for (const each of late) keepsUp = stream.write(each) && keepsUp;
  });
  try {
    const stop = method.follow(call, (event) => {
      const encoded = encodeEvent(event);
      if (keepsUp) keepsUp = stream.write(encoded);
      else if (bytes + encoded.length > mostWaiting) drop();
      else {
        waiting.push(encoded);
        bytes += encoded.length;
      }
    });
    void closed.then(stop);
  } catch (failure) {
    bug(failure);
    stream.close();
  }
  await closed;
}
