/** A regular file somewhere below a folder. */
export interface TreeFile {
  /** Relative to the folder, with slashes. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Uint8Array;
}

export interface ReadFiles {
  /** By name. Empty where the folder does not exist. */
  readonly files: readonly TreeFile[];
  /** There is more than was allowed for, and it was left out. */
  readonly tooMuch: boolean;
}

/**
 * Reads the regular files below a folder, at most so many bytes and files in all; links and devices are passed over. Rejects with a
 * HostError when one cannot be read.
 */
export type ReadTree = (folder: string, most: { readonly bytes: number; readonly files: number }) => Promise<ReadFiles>;
