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

/** A stream whose two directions end apart from each other. */
export interface HalfCloseStream extends ByteStream {
  /** Nothing more is sent; what the other side sends still comes. */
  finish(): void;
  /** Called once, when the other side sends nothing more. What is written still leaves. */
  onEnd(listener: () => void): void;
}

/** Listens until closed. */
export interface Listener {
  close(): Promise<void>;
}

export interface Streams {
  /** Rejects with a HostError whose code is the errno's name (ENOENT, ECONNREFUSED...). */
  connectUnix(path: string): Promise<HalfCloseStream>;
  /**
   * On a unix socket that has these permissions before anybody can connect; a socket file that a dead process left is replaced. An accepted stream
   * stays open for answers when the client has ended its side.
   */
  listenUnix(path: string, mode: number, accept: (stream: HalfCloseStream) => void): Promise<Listener>;
  /** On 127.0.0.1 only. */
  listenTcp(port: number, accept: (stream: ByteStream) => void): Promise<Listener>;
}
