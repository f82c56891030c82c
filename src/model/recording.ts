/** What the flight recorder of a lab keeps. */
export interface Recording {
  readonly on: boolean;
  /** Memory for each port, in bytes. */
  readonly size: number;
  readonly ports: readonly { readonly port: string; readonly frames: number; readonly bytes: number }[];
}
