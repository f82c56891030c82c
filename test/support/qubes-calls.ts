import { dispatch } from '../../src/api/qubes/server/dispatch.ts';
import { decodeReply } from '../../src/api/qubes/wire/reply.ts';
import { decodeRequest } from '../../src/api/qubes/wire/request.ts';
import type { QubesLab } from '../../src/boundary/qubes-lab.ts';
import { decodeUtf8, encodeUtf8 } from '../../src/model/utf8.ts';

/** The reply to a request, both as they go over the wire; a bug of a handler is thrown. */
export async function replyTo(lab: QubesLab, request: string, { readOnly = false } = {}): Promise<string> {
  const decoded = decodeRequest(encodeUtf8(request));
  if (decoded === undefined) return 'dropped';
  const bug = (failure: unknown) => {
    throw failure;
  };
  const outcome = await dispatch({ lab, readOnly, bug }, decoded);
  return outcome.kind === 'reply' ? decodeUtf8(outcome.bytes) : outcome.kind;
}

/** A call from dom0: its content, or `TYPE: MESSAGE` where it is refused. */
export async function call(lab: QubesLab, method: string, destination: string, payload = '', readOnly = false): Promise<string> {
  const reply = await replyTo(lab, `${method} dom0 name ${destination}\0${payload}`, { readOnly });
  const decoded = decodeReply(encodeUtf8(reply));
  if (decoded === undefined) return reply;
  return decoded.kind === 'ok' ? decodeUtf8(decoded.content) : `${decoded.type}: ${decoded.message}`;
}
