import type { ByteStream, Listener } from './streams.ts';

/** HTTP over a unix socket, as far as the engine and its clients need it. */
export interface HttpClient {
  /** Posts JSON text; the answer's body comes line by line, as soon as lines are complete. Rejects with a HostError when nobody answers. */
  post(socketPath: string, path: string, body: string): Promise<{ status: number; lines: AsyncIterable<string> }>;
  /** Opens a raw stream by an HTTP upgrade (RFC 9110, 7.8). Rejects with a HostError whose message is the first line of the refusal's body, the rest its hint. */
  upgrade(socketPath: string, path: string): Promise<ByteStream>;
}

/** One request as the handler sees it, and how it answers. */
export interface HttpExchange {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly body: string;
  /** Starts the answer; call it once, before any line. */
  begin(status: number): void;
  /** Sends one line of JSON. */
  line(value: unknown): void;
  /** Resolves once the client has taken what was sent so far, or is gone: for answers without an end. */
  drained(): Promise<void>;
  /** Resolves when the client goes before the answer has ended. */
  readonly gone: Promise<void>;
}

export interface HttpServer {
  /**
   * Serves on a unix socket that only its owner may open (0600). The answer ends when `handle` settles; what it gives is called once the
   * answer has left. `upgrade` answers requests to
   * upgrade with the function that takes the raw stream, or with the sentence that refuses it;
   * a hint may stand on the lines below.
   */
  listen(
    socketPath: string,
    handle: (exchange: HttpExchange) => Promise<(() => void) | undefined>,
    upgrade: (target: string) => Promise<((stream: ByteStream) => void) | string>,
  ): Promise<Listener>;
}
