import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { within } from './deadline.ts';
import { isObject, JsonLines, type JsonObject, parseObject } from './json-lines.ts';

export interface QmpEvent {
  readonly name: string;
  readonly data: JsonObject;
}

/** Longest line taken from QEMU; its longest answers (schema, machine list) stay far below. Bytes. */
const LINE_LIMIT = 4 * 1024 * 1024;
const ANSWER_WITHIN = 10_000;

interface Pending {
  readonly command: string;
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

/** QEMU's control connection (QMP, protocol specification of QEMU). QEMU talks to one client at a time. */
export class QmpClient {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  readonly #greeted: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #eventListeners: ((event: QmpEvent) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #nextId = 1;
  #closed: Error | undefined;

  private constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  /** Waits for the greeting and leaves negotiation mode; on failure the stream is closed. `deadline` in milliseconds. */
  static async open(stream: ByteStream, clock: Clock, deadline: number = ANSWER_WITHIN): Promise<QmpClient> {
    const client = new QmpClient(stream, clock);
    const lines = new JsonLines(
      LINE_LIMIT,
      (line) => client.#take(line),
      () => client.#end(new HostError('protocol', `QEMU sent a QMP line longer than ${LINE_LIMIT} bytes`)),
    );
    stream.onClose((reason) => client.#end(new HostError('closed', 'QEMU closed its QMP connection', { cause: reason })));
    stream.onData((bytes) => lines.push(bytes));
    try {
      await within(clock, deadline, client.#greeted.promise, () => 'QEMU did not greet on its QMP socket', {
        hint: 'another program may be connected to it: QEMU talks to one at a time',
      });
      await client.execute('qmp_capabilities', undefined, { deadline });
    } catch (failure) {
      client.close();
      throw failure;
    }
    return client;
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** QEMU's `return` value. A refusal of QEMU is a HostError whose code is the QMP class (GenericError, CommandNotFound...). */
  async execute(command: string, parameters?: JsonObject, options: { deadline?: number } = {}): Promise<unknown> {
    if (this.#closed !== undefined) throw this.#closed;
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { command, resolve, reject });
    const request = { execute: command, ...(parameters === undefined ? {} : { arguments: parameters }), id };
    this.#stream.write(encodeUtf8(`${JSON.stringify(request)}\n`));
    try {
      return await within(
        this.#clock,
        options.deadline ?? ANSWER_WITHIN,
        promise,
        () => `QEMU did not answer ${command} in time`,
      );
    } finally {
      this.#pending.delete(id);
    }
  }

  onEvent(listener: (event: QmpEvent) => void): void {
    this.#eventListeners.push(listener);
  }

  /** Called once, when the connection has ended for whatever reason. */
  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  close(): void {
    this.#end(new HostError('closed', 'the QMP connection is closed'));
  }

  #take(line: string): void {
    const message = parseObject(line);
    if (message === undefined) return;
    if ('QMP' in message) this.#greeted.resolve();
    else if (typeof message['event'] === 'string') this.#tell({ name: message['event'], data: objectOrEmpty(message['data']) });
    else this.#answer(message);
  }

  #answer(message: JsonObject): void {
    const pending = typeof message['id'] === 'number' ? this.#pending.get(message['id']) : undefined;
    if (pending === undefined) return;
    if ('error' in message) pending.reject(refusal(pending.command, message['error']));
    else pending.resolve(message['return']);
  }

  #tell(event: QmpEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  #end(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#greeted.promise.catch(() => undefined);
    this.#greeted.reject(reason);
    for (const pending of this.#pending.values()) pending.reject(reason);
    this.#stream.close();
    for (const listener of this.#closeListeners) listener();
  }
}

function objectOrEmpty(untrusted: unknown): JsonObject {
  return isObject(untrusted) ? untrusted : {};
}

function refusal(command: string, untrustedError: unknown): HostError {
  const error = objectOrEmpty(untrustedError);
  const description = typeof error['desc'] === 'string' ? error['desc'] : 'no reason given';
  return new HostError(
    typeof error['class'] === 'string' ? error['class'] : 'GenericError',
    `QEMU refused ${command}: ${description}`,
  );
}
