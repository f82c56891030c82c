import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { HostError } from '../boundary/host-error.ts';
import type { HttpClient } from '../boundary/http.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/** HTTP requests to an engine's unix socket. */
export const systemHttpClient: HttpClient = {
  post: (socketPath, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request({ socketPath, path, method: 'POST', headers }, (answer) => {
        resolve({
          status: answer.statusCode ?? 0,
          lines: createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY }),
        });
      });
      outgoing.once('error', (failure) => reject(systemFailure(`ask ${socketPath}`, failure)));
      outgoing.end(body);
    }),
  upgrade: (socketPath, path) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, path, headers: { connection: 'Upgrade', upgrade: 'weft-stream' } });
      outgoing.once('error', (failure) => reject(systemFailure(`ask ${socketPath}`, failure)));
      outgoing.once('upgrade', (_answer, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(new SocketStream(socket as ConstructorParameters<typeof SocketStream>[0], path));
      });
      outgoing.once('response', (answer) => {
        void textOf(answer).then((text) => reject(new HostError('refused', text.trim())));
      });
      outgoing.end();
    }),
};

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}
