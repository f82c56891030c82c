/** Time, so that deadlines can be tested. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Ends early, and frees its timer, as soon as `until` settles (either way; its failure is not ours to report). */
  sleep(milliseconds: number, until?: Promise<unknown>): Promise<void>;
}
