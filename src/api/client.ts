import { HostError } from '../boundary/host-error.ts';
import type { HttpClient } from '../boundary/http.ts';
import type { ApiError, Method, Responses, Told } from './contract.ts';
import type { LabConnection } from './labs.ts';
import { captureTarget, recordingTarget } from './stream-targets.ts';

/** One line of an engine's answer. */
type AnswerLine = { readonly event: unknown } | { readonly result: unknown } | { readonly error: ApiError };

/** A connection to the engine that listens on `socketPath`. Opens nothing until it is used. */
export function connectionTo(name: string, socketPath: string, http: HttpClient): LabConnection {
  return {
    name,
    async call<M extends Method>(method: M, request: unknown, onEvent?: (event: Told[M]) => void): Promise<Responses[M]> {
      const answer = await http.post(socketPath, `/v1/${method}`, JSON.stringify(request));
      for await (const text of answer.lines) {
        const line = JSON.parse(text) as AnswerLine;
        if ('event' in line) onEvent?.(line.event as Told[M]);
        else if ('result' in line) return line.result as Responses[M];
        else
          throw new HostError(
            line.error.code,
            line.error.message,
            line.error.hint === undefined ? {} : { hint: line.error.hint },
          );
      }
      throw new HostError('ECONNRESET', `the engine of lab ${name} ended before it answered`, {
        hint: 'the nodes go on; the next command starts a new engine',
      });
    },
    open: (node, which) => http.upgrade(socketPath, `/v1/nodes/${encodeURIComponent(node)}/${which}`),
    capture: (request) => http.upgrade(socketPath, captureTarget(request)),
    recording: (ports) => http.upgrade(socketPath, recordingTarget(ports)),
  };
}
