/** Files that others append to: logs. */
export interface GrowingFiles {
  /** Length in bytes; 0 where there is no such file. */
  size(path: string): Promise<number>;
  /** At most `limit` bytes from `offset`; a negative offset counts from the end. Empty where there is no such file or nothing that far. */
  readFrom(path: string, offset: number, limit: number): Promise<Uint8Array>;
}
