import type { Clock } from '../../boundary/clock.ts';
import type { GrowingFiles } from '../../boundary/growing-files.ts';
import type { ByteStream, Listener, Streams } from '../../boundary/streams.ts';
import type { Lab } from '../lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';
import { ConsoleHub } from './console-hub.ts';
import { type LogPlace, loggedStream } from './logged-stream.ts';
import { telnetClient, telnetServer } from './telnet-stream.ts';

export type ConsoleKind = 'console' | 'monitor';
const kinds: readonly ConsoleKind[] = ['console', 'monitor'];

/** What a console's log tells a first viewer of the past. Bytes. */
const history = 64 * 1024;

/** The consoles and monitors of a lab's nodes: connected when somebody looks, and on the TCP ports that the topology asks for. */
export class Consoles {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #logs: GrowingFiles;
  readonly #hubs = new Map<string, ConsoleHub>();
  /** How far the logs of consoles have been shown, by `NODE/console`. */
  readonly #places = new Map<string, LogPlace>();
  readonly #listeners = new Map<string, Promise<Listener | undefined>>();
  /** TCP ports that listen on 127.0.0.1 now, by `NODE/console` and `NODE/monitor`. */
  readonly listening: Map<string, number> = new Map();

  constructor(streams: Streams, clock: Clock, logs: GrowingFiles) {
    this.#streams = streams;
    this.#clock = clock;
    this.#logs = logs;
  }

  /** Serves a viewer, or says in a sentence why there is nothing to see. */
  open(record: NodeRecord, kind: ConsoleKind): ((stream: ByteStream) => void) | string {
    if (record.handle === undefined) return `${record.name} does not run`;
    if (record.handle.socket(kind) === undefined) return `${record.name} has no ${kind}`;
    return (stream) => this.#hub(record, kind).attach(stream);
  }

  /** A node has begun to run: its ports listen, and viewers who stayed are connected again. Gives what went wrong, as sentences. */
  async up(record: NodeRecord, lab: Lab): Promise<readonly string[]> {
    const warnings: string[] = [];
    for (const kind of kinds) {
      const key = `${record.name}/${kind}`;
      this.#hubs.get(key)?.connect();
      const planned = lab.ports.nodes.get(record.name)?.[kind];
      if (!planned?.asked || record.handle?.socket(kind) === undefined) continue;
      const listener = this.#streams
        .listenTcp(planned.port, (stream) => this.#hub(record, kind).attach(telnetServer(stream)))
        .catch((failure: unknown) => {
          warnings.push(
            `the ${kind} of ${record.name} has no port: ${failure instanceof Error ? failure.message : String(failure)}`,
          );
          return undefined;
        });
      this.#listeners.set(key, listener);
      if ((await listener) !== undefined) this.listening.set(key, planned.port);
    }
    return warnings;
  }

  /** A node has ceased to run: its ports are closed. Viewers stay, for its next start. */
  async down(record: NodeRecord): Promise<void> {
    for (const kind of kinds) {
      const key = `${record.name}/${kind}`;
      this.#hubs.get(key)?.disconnect();
      this.listening.delete(key);
      const listener = this.#listeners.get(key);
      this.#listeners.delete(key);
      await (await listener)?.close();
    }
  }

  close(): void {
    for (const hub of this.#hubs.values()) hub.close();
    this.#hubs.clear();
  }

  #hub(record: NodeRecord, kind: ConsoleKind): ConsoleHub {
    const key = `${record.name}/${kind}`;
    const known = this.#hubs.get(key);
    if (known !== undefined) return known;
    const hub = new ConsoleHub(
      { connect: () => this.#connect(record, kind), history: () => this.#history(record, kind) },
      this.#clock,
    );
    this.#hubs.set(key, hub);
    hub.connect();
    return hub;
  }

  async #connect(record: NodeRecord, kind: ConsoleKind): Promise<ByteStream> {
    const socket = record.handle?.socket(kind);
    if (socket === undefined) throw new Error(`${record.name} has no ${kind} now`);
    const stream = await this.#streams.connectUnix(socket.path);
    if (socket.telnet) return telnetClient(stream);
    const place = this.#places.get(`${record.name}/${kind}`);
    if (socket.log === undefined || place?.path !== socket.log) return stream;
    // Somebody may have emptied the log.
    place.at = Math.min(place.at, await this.#logs.size(socket.log));
    return loggedStream(stream, place, { logs: this.#logs, clock: this.#clock });
  }

  async #history(record: NodeRecord, kind: ConsoleKind): Promise<Uint8Array> {
    const log = record.handle?.socket(kind)?.log;
    if (log === undefined) return new Uint8Array();
    const at = Math.max(0, (await this.#logs.size(log)) - history);
    const past = await this.#logs.readFrom(log, at, history);
    this.#places.set(`${record.name}/${kind}`, { path: log, at: at + past.length });
    return past;
  }
}
