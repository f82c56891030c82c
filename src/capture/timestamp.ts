import type { FrameTime } from './captured-frame.ts';

/** 2^32 */
const WORD = 4_294_967_296;

/** Nanoseconds since the epoch as two words of 32 bits, the way pcapng has them (4.3): a double cannot hold the whole. */
export function timestampOf({ seconds, nanoseconds }: FrameTime): readonly [high: number, low: number] {
  const upper = Math.floor(seconds / 65_536) * 1e9;
  const lower = (seconds % 65_536) * 1e9 + nanoseconds;
  const rest = (upper % 65_536) * 65_536 + lower;
  return [Math.floor(upper / 65_536) + Math.floor(rest / WORD), rest % WORD];
}

export function timeOf(high: number, low: number): FrameTime {
  const nanoseconds = BigInt(high) * BigInt(WORD) + BigInt(low);
  return { seconds: Number(nanoseconds / 1_000_000_000n), nanoseconds: Number(nanoseconds % 1_000_000_000n) };
}
