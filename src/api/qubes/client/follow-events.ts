import type { Clock } from '../../../boundary/clock.ts';
import { QubesError } from '../qubes-error.ts';
import { EventDecoder, type QubesEvent } from '../wire/event.ts';
import { decodeReply } from '../wire/reply.ts';
import { encodeRequest, type QubesRequest } from '../wire/request.ts';
import { type Connect, noAnswer } from './exchange.ts';

/** How long to wait before the first and before any later connection after one that was lost. Milliseconds. */
const firstWait = 100;
const longestWait = 5000;

/** Someone who follows events, until `until` settles. */
export interface Follower {
  readonly tell: (event: QubesEvent) => void;
  readonly until: Promise<unknown>;
}

/**
 * Tells events until the follower has enough. A connection that is lost is made again, and begins with
 * `connection-established`: what happened before it may not have been told. Rejects with a
 * QubesError where the daemon refuses, and where it answers nothing to the first request; with a HostError where there is none at first.
 */
export async function followEvents(
  { connect, clock }: { readonly connect: Connect; readonly clock: Clock },
  request: QubesRequest,
  { tell, until }: Follower,
): Promise<void> {
  const following = { isOver: false };
  const end = () => {
    following.isOver = true;
  };
  const over = until.then(end, end);
  let wait = firstWait;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await followOnce(connect, request, {
      tell: (event) => void (following.isOver || tell(event)),
      until: over,
    }).catch((failure: unknown) => {
      if (isFirst || failure instanceof QubesError) throw failure;
      return 'lost' as const;
    });
    if (following.isOver) return;
    if (outcome === 'lost' && isFirst) throw noAnswer(request);
    wait = outcome === 'told' ? firstWait : Math.min(2 * wait, longestWait);
    await clock.sleep(wait, over);
    if (following.isOver) return;
  }
}

/** Follows one connection to its end, and says whether it has told anything. */
async function followOnce(connect: Connect, request: QubesRequest, { tell, until }: Follower): Promise<'told' | 'lost'> {
  const stream = await connect();
  const decoder = new EventDecoder();
  let outcome: 'told' | 'lost' = 'lost';
  let refusal: QubesError | undefined;
  stream.onData((bytes) => {
    const events = decoder.push(bytes);
    if (events === undefined) {
      const reply = outcome === 'told' ? undefined : decodeReply(bytes);
      if (reply?.kind === 'exception') refusal = new QubesError(reply.type, reply.message);
      stream.close();
    }
    for (const event of events ?? []) {
      outcome = 'told';
      tell(event);
    }
  });
  const closed = new Promise<unknown>((resolve) => stream.onClose(resolve));
  void until.then(() => stream.close());
  stream.write(encodeRequest(request));
  stream.finish();
  await closed;
  if (refusal !== undefined) throw refusal;
  return outcome;
}
