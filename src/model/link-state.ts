import type { Conditions } from './link-conditions.ts';

/** One way through a link. */
export interface WayState {
  /** `NODE:PORT`, `NODE` at a hub. */
  readonly from: string;
  readonly to: string;
  /** What the topology asks for. */
  readonly wanted: Conditions;
  /** What the kernel shows; nothing where the link is not made. */
  readonly inForce: Conditions;
}

/** A link's conditions, as sent by its tail and by its head. */
export interface LinkState {
  readonly link: string;
  readonly ways: readonly [WayState, WayState];
  /** Why not all that is wanted can be had; one sentence. */
  readonly refused?: string;
}
