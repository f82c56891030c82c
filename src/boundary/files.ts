/** The file system, as far as the rooms above host/ need it. Paths are absolute unless said. Errors are HostErrors. */
export interface Files {
  readText(path: string): Promise<string>;
  /** undefined when there is no such file. */
  readTextIfThere(path: string): Promise<string | undefined>;
  /** The same of many files, much faster than one by one. Text i belongs to path i. */
  readTextsIfThere(paths: readonly string[]): Promise<readonly (string | undefined)[]>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Written beside the target, then renamed over it: readers see the old or the new, never a half. `durable` syncs file and folder first. */
  replace(path: string, content: string | Uint8Array, options?: { mode?: number; durable?: boolean }): Promise<void>;
  /**
   * Writes lines over those of the file that is there, for whoever has it open or mounted, and makes it where it is missing. In one write: who
   * reads meanwhile, or is left by a process that was killed, sees the old lines or the new ones, those with empty lines behind them at worst.
   */
  overwrite(path: string, lines: string, options?: { mode?: number }): Promise<void>;
  /** As `replace`, of many small files, much faster than one by one. They are not synced. */
  replaceAll(files: ReadonlyMap<string, string>): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** False, too, where nothing is. */
  isDirectory(path: string): Promise<boolean>;
  list(directory: string): Promise<readonly string[]>;
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** Files and directories, recursively; gone already is fine. */
  remove(path: string): Promise<void>;
  /** Many files, much faster than one by one; gone already is fine. */
  removeAll(paths: readonly string[]): Promise<void>;
  /** Milliseconds since the epoch; undefined when there is no such file. */
  modified(path: string): Promise<number | undefined>;
}
