/** A bidirectional stream of bytes: a unix socket, a TCP connection, a console. */
export interface ByteStream {
  /** Returns false when the other side does not keep up: stop until onDrain. */
  write(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Nothing more is read, and so whoever sends must wait, until `resume`. */
  pause(): void;
  resume(): void;
  /** Called once, with the reason when it was not an orderly end. */
  onClose(listener: (reason: Error | undefined) => void): void;
  close(): void;
}

/** Listens until closed. */
export interface Listener {
  close(): Promise<void>;
}

export interface Streams {
  /** Rejects with a HostError whose code is the errno's name (ENOENT, ECONNREFUSED...). */
  connectUnix(path: string): Promise<ByteStream>;
  /** On 127.0.0.1 only. */
  listenTcp(port: number, accept: (stream: ByteStream) => void): Promise<Listener>;
}
