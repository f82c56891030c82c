/** Where many bytes go: a file, or standard output. */
export interface ByteSink {
  /** Returns false when it does not keep up: stop until onDrain. What is given must not change afterwards. */
  write(bytes: Uint8Array | string): boolean;
  onDrain(listener: () => void): void;
  /** Called with a HostError when nothing more can be written (ENOSPC, EIO...). */
  onFailure(listener: (failure: Error) => void): void;
  /** Resolves once all is written. Standard output stays open. */
  end(): Promise<void>;
}

export interface ByteSinks {
  /** Makes the file, or empties it. Rejects with a HostError. */
  file(path: string): Promise<ByteSink>;
  standardOutput(): ByteSink;
}
