/** `doubled`: unchanged, and more than once. */
export type FrameVerdict = 'ok' | 'lost' | 'changed' | 'doubled';

/** What became of one frame that was sent through a wire. */
export interface FrameOutcome {
  /** `LLDP`, `jumbo`...: see docs/conformance.md. */
  readonly frame: string;
  /** Bytes of the frame after its Ethernet header. */
  readonly size: number;
  readonly verdict: FrameVerdict;
}

/** One way through a link; the ends are `NODE:PORT`. */
export interface WayConformance {
  readonly from: string;
  readonly to: string;
  readonly frames: readonly FrameOutcome[];
}

export interface LinkConformance {
  readonly link: string;
  /** Empty where the link was not tested. */
  readonly ways: readonly WayConformance[];
  /** Why it was not tested; one sentence. */
  readonly untested?: string;
}
