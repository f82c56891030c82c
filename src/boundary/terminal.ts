/** Where text for people and programs goes: standard output or standard error. */
export interface TextSink {
  readonly isTty: boolean;
  /** Width in characters; 80 where nobody knows. */
  readonly columns: number;
  /** Height in lines; 24 where nobody knows. */
  readonly rows: number;
  /** Written in order. A reader that went away (EPIPE) ends the program quietly, as with any other tool. */
  write(content: string | Uint8Array): void;
}

/** Standard input, byte by byte. Nothing is read before `open`. */
export interface Keyboard {
  readonly isTty: boolean;
  /** Starts reading; on a terminal in raw mode: every key arrives at once and unechoed. Returns the function that ends it and restores the terminal. */
  open(listener: { readonly data: (bytes: Uint8Array) => void; readonly end: () => void }): () => void;
}

/** The user's terminal. */
export interface Terminal {
  readonly stdin: Keyboard;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Runs a program on this terminal (standard streams inherited) and waits for its end: its exit code, 128 + signal where a signal ended it. */
  runForeground(
    argv: readonly string[],
    options?: { environment?: Readonly<Record<string, string>>; directory?: string },
  ): Promise<number>;
  /** Called when the user asks to stop (SIGINT, SIGTERM, SIGHUP). Returns the function that takes the listener away. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the program at once with this exit code. */
  exit(code: number): void;
}
