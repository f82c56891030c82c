/** Which way a frame went, as the node that the port belongs to sees it. */
export type Direction = 'in' | 'out';

/** When a frame was seen: seconds since the epoch, and nanoseconds of that second. */
export interface FrameTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A frame as it was on the wire, VLAN tags included, without its check sequence. */
export interface CapturedFrame {
  readonly time: FrameTime;
  readonly direction: Direction | undefined;
  /** What was kept of it. */
  readonly bytes: Uint8Array;
  /** How long it was. */
  readonly length: number;
}
