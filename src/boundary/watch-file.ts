export interface Watched {
  close(): void;
}

/**
 * Tells whenever the content of a file may have changed, also where another file has taken its place (as editors do); `changed` may be
 * called several times for one change. Where the machine has no watches left, or the file stays away, nothing is told.
 */
export type WatchFile = (path: string, changed: () => void) => Watched;
