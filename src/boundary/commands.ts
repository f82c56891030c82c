export interface CommandResult {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Runs programs of this machine. */
export interface Commands {
  /** Rejects only when the program cannot be started (HostError ENOENT, EACCES); a non-zero exit is a result. */
  run(
    argv: readonly string[],
    options?: { input?: Uint8Array; directory?: string; environment?: Readonly<Record<string, string>> },
  ): Promise<CommandResult>;
  /** The absolute path of a program on PATH (and the sbin folders), undefined when there is none. */
  find(program: string): Promise<string | undefined>;
}
