import en from 'zod/v4/locales/en.js';
import { HostError } from '../boundary/host-error.ts';
import type { HttpExchange } from '../boundary/http.ts';
import type { ApiError, Method, Requests, Responses, Told } from './contract.ts';
import { requestSchemas } from './schemas.ts';

/** The client of a request, as far as a handler that goes on for long needs to know of it. */
export type Asker = Pick<HttpExchange, 'drained' | 'gone'>;

/** What carries requests out: one function a method. Failures are HostErrors; anything else is a bug and is reported as such. */
export type Handlers = {
  readonly [M in Method]: (request: Requests[M], tell: (event: Told[M]) => void, asker: Asker) => Promise<Responses[M]>;
};

/** Answers one request: finds the method, checks the body, runs the handler, sends events, then the result or the error. Gives the method that was carried out. */
export async function answer(
  exchange: HttpExchange,
  handlers: Handlers,
  bug: (failure: unknown) => void,
): Promise<Method | undefined> {
  const method = /^\/v1\/([a-z]+)$/.exec(exchange.target)?.[1];
  if (exchange.method !== 'POST' || method === undefined || !Object.hasOwn(requestSchemas, method)) {
    exchange.begin(404);
    exchange.line({
      error: { code: 'no-such-method', message: `there is no ${exchange.method} ${exchange.target}` } satisfies ApiError,
    });
    return undefined;
  }
  return (await run(exchange, method as Method, handlers, bug)) ? (method as Method) : undefined;
}

async function run<M extends Method>(
  exchange: HttpExchange,
  method: M,
  handlers: Handlers,
  bug: (failure: unknown) => void,
): Promise<boolean> {
  const request = checked(method, exchange.body);
  if ('error' in request) {
    exchange.begin(400);
    exchange.line({ error: request.error });
    return false;
  }
  exchange.begin(200);
  try {
    const result = await handlers[method](request.value, (event) => exchange.line({ event }), exchange);
    exchange.line({ result });
    return true;
  } catch (failure) {
    if (!(failure instanceof HostError)) bug(failure);
    exchange.line({ error: describe(failure) });
    return false;
  }
}

function checked<M extends Method>(method: M, untrustedBody: string): { value: Requests[M] } | { error: ApiError } {
  let untrusted: unknown;
  try {
    untrusted = JSON.parse(untrustedBody);
  } catch {
    return { error: { code: 'bad-request', message: 'the body is not JSON' } };
  }
  const outcome = requestSchemas[method].safeParse(untrusted, { error: en().localeError });
  if (outcome.success) return { value: outcome.data };
  const issues = outcome.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  return { error: { code: 'bad-request', message: `the request of ${method} is wrong: ${issues.join('; ')}` } };
}

function describe(failure: unknown): ApiError {
  if (failure instanceof HostError) {
    return { code: failure.code, message: failure.message, ...(failure.hint === undefined ? {} : { hint: failure.hint }) };
  }
  return {
    code: 'internal',
    message: `internal: ${failure instanceof Error ? failure.message : String(failure)}`,
    hint: 'this is a bug of weft; the engine.log of the lab has the details',
  };
}
