import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { HostError } from '../boundary/host-error.ts';
import type { HttpClient } from '../boundary/http.ts';
import { SocketStream } from './socket-stream.ts';
import { systemFailure } from './system-failure.ts';

/** Loaded when the first request is made: that takes milliseconds, and verbs that only read files make none. */
const http = () => process.getBuiltinModule('node:http');

/** A connection of its own for each request: the agent that would share them first finds out the name of a TLS server, which takes milliseconds. */
const own = (socketPath: string) => ({ socketPath, createConnection: () => connect(socketPath) });

/** HTTP requests to an engine's unix socket. */
export const systemHttpClient: HttpClient = {
  post: (socketPath, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = http().request({ ...own(socketPath), path, method: 'POST', headers }, (answer) => {
        resolve({ status: answer.statusCode ?? 0, lines: linesOf(answer, socketPath) });
      });
      outgoing.once('error', (failure) => reject(systemFailure(`ask ${socketPath}`, failure)));
      outgoing.end(body);
    }),
  upgrade: (socketPath, path) =>
    new Promise((resolve, reject) => {
      const outgoing = http().request({ ...own(socketPath), path, headers: { connection: 'Upgrade', upgrade: 'weft-stream' } });
      outgoing.once('error', (failure) => reject(systemFailure(`ask ${socketPath}`, failure)));
      outgoing.once('upgrade', (_answer, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(new SocketStream(socket as ConstructorParameters<typeof SocketStream>[0], path));
      });
      outgoing.once('response', (answer) => {
        void textOf(answer).then((text) => reject(refusal(text)));
      });
      outgoing.end();
    }),
};

/** What to do about it stands below the sentence that refuses. */
function refusal(text: string): HostError {
  const [message = '', ...hint] = text.trim().split('\n');
  return new HostError('refused', message, hint.length === 0 ? {} : { hint: hint.join('\n') });
}

/** Complete lines, as they come. An answer that breaks off rejects. */
async function* linesOf(answer: IncomingMessage, socketPath: string): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of answer) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (failure) {
    throw systemFailure(`hear the answer of ${socketPath}`, failure);
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}
