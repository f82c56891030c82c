import { HostError } from '../../../boundary/host-error.ts';
import type { QubesLab } from '../../../boundary/qubes-lab.ts';
import { encodeUtf8 } from '../../../model/utf8.ts';
import type { Call, FollowedMethod, Method } from '../methods/method.ts';
import { METHODS } from '../methods/table.ts';
import { quoted } from '../python-text.ts';
import { requireQube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { encodeException, encodeOk } from '../wire/reply.ts';
import type { QubesRequest } from '../wire/request.ts';
import { qubesErrorFor } from './host-refusals.ts';

export interface Desk {
  readonly lab: QubesLab;
  /** Methods that change the lab are refused. */
  readonly readOnly: boolean;
  /** Hears of a failure that is a bug. */
  readonly bug: (failure: unknown) => void;
}

/** What a request leads to: bytes of a reply, events to follow, or nothing at all, which says that the daemon has failed. */
export type Outcome =
  | { readonly kind: 'reply'; readonly bytes: Uint8Array }
  | { readonly kind: 'follow'; readonly method: FollowedMethod; readonly call: Call }
  | { readonly kind: 'nothing' };

/**
 * Carries out a request. What is wrong with it is said in the order of the genuine daemon: source and destination, method, payload, argument,
 * kind of destination (specs of the Admin API, section 3.2).
 */
export async function dispatch(desk: Desk, request: QubesRequest): Promise<Outcome> {
  try {
    const view = desk.lab.view();
    const source = requireQube(view, request.source);
    const qube = requireQube(view, request.destination);
    const method = METHODS.get(request.method);
    if (method === undefined) throw new QubesError('ProtocolError', `no such method: ${quoted(request.method)}`);
    if (desk.readOnly && method.changes) throw onlyLooking(request.method);
    const call: Call = { lab: desk.lab, view, qube, source, argument: request.argument, payload: request.payload };
    requireWants(method, call);
    if ('follow' in method) return { kind: 'follow', method, call };
    return { kind: 'reply', bytes: encodeOk(encodeUtf8(await method.answer(call))) };
  } catch (failure) {
    const refusal = failure instanceof HostError ? qubesErrorFor(failure) : failure;
    if (refusal instanceof QubesError) return { kind: 'reply', bytes: encodeException(refusal.type, refusal.message) };
    desk.bug(failure);
    return { kind: 'nothing' };
  }
}

function requireWants(method: Method, { argument, payload, qube }: Call): void {
  const fault =
    faultIn(method.payload, payload.length > 0, 'payload', 'payload') ??
    faultIn(method.argument, argument !== '', 'an argument', 'argument') ??
    (method.destination === 'dom0' && qube.class !== 'AdminVM' ? 'expected destination to be AdminVM' : undefined) ??
    (method.destination === 'qube' && qube.class === 'AdminVM' ? 'expected destination to not be AdminVM' : undefined);
  if (fault !== undefined) throw new QubesError('ProtocolError', fault);
}

function faultIn(wants: Method['payload'], isThere: boolean, wanted: string, unwanted: string): string | undefined {
  if (wants === 'required' && !isThere) return `expected ${wanted}`;
  return wants === 'none' && isThere ? `unexpected ${unwanted}` : undefined;
}

function onlyLooking(method: string): QubesError {
  return new QubesError(
    'QubesReadOnlyError',
    `${method} changes the lab, and this socket is for looking only: ask whoever has the lab, or use its socket qubesd.sock`,
  );
}
