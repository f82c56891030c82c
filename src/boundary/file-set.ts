/** One file of a set, named relative to the set's directory. */
export interface NewFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Permissions, less what the umask takes away. */
  readonly mode: number;
}

/**
 * Writes many files into one directory as one step: every file is written beside its place first, and only when all of them are
 * there they are renamed over the old ones. A failure before that leaves the directory as it was. Rejects with a HostError.
 */
export type WriteFileSet = (directory: string, files: readonly NewFile[]) => Promise<void>;
