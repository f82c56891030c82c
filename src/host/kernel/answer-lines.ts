import type { Socket } from 'node:net';
import { HostError } from '../../boundary/host-error.ts';
import { systemFailure } from '../system-failure.ts';

/** Longest line taken from the server, in characters. */
const LONGEST = 1 << 20;

/** The answers that come on a socket: lines that are JSON objects with `return` or `error`. */
export class AnswerLines {
  readonly #count: number;
  readonly #answers: string[] = [];
  readonly #done: PromiseWithResolvers<readonly string[]> = Promise.withResolvers<readonly string[]>();
  #text = '';

  constructor(socket: Socket, count: number) {
    this.#count = count;
    this.#done.promise.catch(() => undefined);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (failure) => this.fail(systemFailure('talk to the server', failure)));
    socket.on('close', () => this.fail(new HostError('closed', 'the server ended the connection')));
  }

  /** As many as were wanted. */
  get all(): Promise<readonly string[]> {
    return this.#done.promise;
  }

  fail(reason: Error): void {
    this.#done.reject(reason);
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    if (this.#text.length > LONGEST) this.fail(new HostError('protocol', 'the server sent a line without end'));
    this.#answers.push(...lines.filter(isAnswer));
    if (this.#answers.length >= this.#count) this.#done.resolve(this.#answers);
  }
}

function isAnswer(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && ('return' in value || 'error' in value);
  } catch {
    return false;
  }
}
