import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { within } from './deadline.ts';
import { isObject, JsonLines, type JsonObject, parseObject } from './json-lines.ts';

/** The agent's longest answer carries 16 MiB of output and 16 MiB of error text in base64. Bytes. */
const LINE_LIMIT = 64 * 1024 * 1024;
/** A synchronisation that is lost (the guest was rebooting) is sent again after so many milliseconds. */
const SYNC_AGAIN = 2000;
/** Far above process and file numbers of a guest, so that an answer to a synchronisation is never mistaken. */
const FIRST_SYNC = 4_000_000_000;

type Taker = (message: JsonObject) => void;

/**
 * Requests and answers of the QEMU guest agent (QEMU guest agent protocol reference), one at a time. The channel has no connection of its own:
 * a guest that reboots loses requests, and an answer may come after its deadline. So every failure is followed by guest-sync-delimited
 * before the next request, and late answers are dropped.
 */
export class AgentChannel {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #syncs = new Set<number>();
  readonly #waiting = new Set<(reason: Error) => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #nextId: number;
  #synchronised = false;
  #echoesIds = false;
  #taker: Taker | undefined;
  #closed: Error | undefined;

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#nextId = FIRST_SYNC + Math.floor(clock.now());
  }

  /** Starts listening. Once, before the first request. */
  start(): void {
    const lines = new JsonLines(
      LINE_LIMIT,
      (line) => this.#take(line),
      () => {
        this.#synchronised = false;
      },
    );
    this.#stream.onClose((reason) =>
      this.#end(new HostError('closed', 'the connection to the guest agent ended', { cause: reason })),
    );
    this.#stream.onData((bytes) => lines.push(bytes));
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    this.#end(new HostError('closed', 'the connection to the guest agent is closed'));
  }

  /** The agent's `return` value, within `deadline` milliseconds of waiting and working. Refusals of the agent have its error class as code. */
  async request(command: string, parameters: JsonObject | undefined, deadline: number): Promise<unknown> {
    const until = this.#clock.now() + deadline;
    const before = this.#turn;
    const turn = Promise.withResolvers<void>();
    this.#turn = turn.promise;
    try {
      await this.#before(until, before, command);
      await this.#synchronise(until, command);
      return await this.#ask(command, parameters, until);
    } finally {
      void before.then(() => turn.resolve());
    }
  }

  async #ask(command: string, parameters: JsonObject | undefined, until: number): Promise<unknown> {
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    this.#taker = (message) => {
      if ('id' in message ? message['id'] !== id : this.#echoesIds) return;
      if ('error' in message) answer.reject(refusal(command, message['error']));
      else answer.resolve(message['return']);
    };
    this.#send({ execute: command, ...(parameters === undefined ? {} : { arguments: parameters }), id });
    try {
      return await this.#before(until, answer.promise, command);
    } finally {
      this.#taker = undefined;
    }
  }

  async #synchronise(until: number, command: string): Promise<void> {
    while (!this.#synchronised) {
      const done = Promise.withResolvers<void>();
      this.#taker = (message) => {
        if (!this.#isSync(message)) return;
        this.#echoesIds = 'id' in message;
        this.#synchronised = true;
        done.resolve();
      };
      const id = this.#nextId++;
      this.#syncs.add(id);
      this.#stream.write(Uint8Array.of(0xff));
      this.#send({ execute: 'guest-sync-delimited', arguments: { id }, id });
      const pause = Math.min(SYNC_AGAIN, until - this.#clock.now());
      await this.#before(until, Promise.race([done.promise, this.#clock.sleep(pause, done.promise)]), command);
      if (!this.#synchronised && this.#clock.now() >= until) throw silence(command);
    }
  }

  #isSync(message: JsonObject): boolean {
    return typeof message['return'] === 'number' && this.#syncs.has(message['return']);
  }

  async #before<T>(until: number, wanted: Promise<T>, command: string): Promise<T> {
    if (this.#closed !== undefined) throw this.#closed;
    const ended = Promise.withResolvers<never>();
    this.#waiting.add(ended.reject);
    const either = Promise.race([wanted, ended.promise]);
    try {
      return await within(this.#clock, until - this.#clock.now(), either, () => silence(command).message, SILENCE);
    } catch (failure) {
      if (failure instanceof HostError && failure.code === 'timeout') this.#synchronised = false;
      throw failure;
    } finally {
      this.#waiting.delete(ended.reject);
    }
  }

  #send(request: JsonObject): void {
    this.#stream.write(encodeUtf8(`${JSON.stringify(request)}\n`));
  }

  #take(line: string): void {
    const message = parseObject(line);
    if (message === undefined) return;
    const late = this.#synchronised && this.#isSync(message);
    if (!late) this.#taker?.(message);
    if (typeof message['return'] === 'number') this.#syncs.delete(message['return']);
  }

  #end(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const reject of this.#waiting) reject(reason);
    this.#stream.close();
  }
}

const SILENCE = { hint: 'the guest may still be booting, or runs no QEMU guest agent' };

function silence(command: string): HostError {
  return new HostError('timeout', `the guest agent did not answer ${command} in time`, SILENCE);
}

function refusal(command: string, untrustedError: unknown): HostError {
  const error = isObject(untrustedError) ? untrustedError : {};
  const description = typeof error['desc'] === 'string' ? error['desc'] : 'no reason given';
  const code = typeof error['class'] === 'string' ? error['class'] : 'GenericError';
  return new HostError(code, `the guest agent refused ${command}: ${description}`);
}
