import type { HalfCloseStream } from '../../../boundary/streams.ts';
import { NO_ANSWER, QubesError } from '../qubes-error.ts';
import { decodeReply } from '../wire/reply.ts';
import { encodeRequest, type QubesRequest } from '../wire/request.ts';

/** Opens a connection to the daemon: one for each call. */
export type Connect = () => Promise<HalfCloseStream>;

/** Sends one request, and gives the content of the reply. A QubesError where the daemon refuses, or sends nothing. */
export async function exchange(connect: Connect, request: QubesRequest): Promise<Uint8Array> {
  const stream = await connect();
  const pieces: Uint8Array[] = [];
  stream.onData((bytes) => pieces.push(bytes));
  const closed = new Promise<Error | undefined>((resolve) => stream.onClose(resolve));
  stream.write(encodeRequest(request));
  stream.finish();
  const failure = await closed;
  const reply = decodeReply(joined(pieces));
  if (reply?.kind === 'ok') return reply.content;
  if (reply?.kind === 'exception') throw new QubesError(reply.type, reply.message);
  throw noAnswer(request, failure);
}

export function noAnswer({ method, argument, destination }: QubesRequest, cause?: unknown): QubesError {
  const call = argument === '' ? method : `${method}+${argument}`;
  return new QubesError(NO_ANSWER, `Got empty response from qubesd to ${call} for ${destination}`, { cause });
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
