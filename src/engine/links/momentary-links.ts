/** What links are for a while, other than what is desired of them. It is not kept: it ends with the engine. */
export interface MomentaryLinks {
  /** Plugged or not, by link id. */
  readonly plugged: Map<string, boolean>;
  /** Whether what a port sends is cut, by `NODE:PORT`. */
  readonly cuts: Map<string, boolean>;
}

export function momentaryLinks(): MomentaryLinks {
  return { plugged: new Map(), cuts: new Map() };
}
