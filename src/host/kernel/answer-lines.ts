import type { Socket } from 'node:net';
import { HostError } from '../../boundary/host-error.ts';
import { systemFailure } from '../system-failure.ts';

export interface AnswerLine {
  readonly line: string;
  /** It has `error`, not `return`. */
  readonly refused: boolean;
}

/** Longest line taken from the server, in characters. */
const LONGEST = 1 << 20;

/** The answers that come on a socket, one wanted at a time: lines that are JSON objects with `return` or `error`. */
export class AnswerLines {
  #text = '';
  #wanted: PromiseWithResolvers<AnswerLine> = Promise.withResolvers<AnswerLine>();
  #failure: Error | undefined;

  constructor(socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (failure) => this.fail(systemFailure('talk to the server', failure)));
    socket.on('close', () => this.fail(new HostError('closed', 'the server ended the connection')));
  }

  /** Call it before the question is sent. */
  next(): Promise<AnswerLine> {
    this.#wanted = Promise.withResolvers<AnswerLine>();
    this.#wanted.promise.catch(() => undefined);
    if (this.#failure !== undefined) this.#wanted.reject(this.#failure);
    return this.#wanted.promise;
  }

  /** The answer that is wanted now, and any later one, fails. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    this.#wanted.promise.catch(() => undefined);
    this.#wanted.reject(reason);
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    if (this.#text.length > LONGEST) this.fail(new HostError('protocol', 'the server sent a line without end'));
    for (const line of lines) {
      const answer = answerOf(line);
      if (answer !== undefined) this.#wanted.resolve(answer);
    }
  }
}

function answerOf(line: string): AnswerLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('return' in value || 'error' in value)) return undefined;
    return { line, refused: 'error' in value };
  } catch {
    return undefined;
  }
}
