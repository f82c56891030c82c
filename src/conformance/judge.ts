import type { FrameOutcome, FrameVerdict } from '../model/conformance.ts';
import { frameMark, type TestFrame } from './test-frames.ts';

/** Bytes of an Ethernet header. */
const HEADER = 14;

/** What became of the frames of one way: `seen` is all that came out at the other end and carries the run's mark. */
export function judge(
  sent: readonly TestFrame[],
  seen: readonly Uint8Array[],
  { run, way }: { readonly run: number; readonly way: number },
): readonly FrameOutcome[] {
  return sent.map(({ name, bytes }, at) => {
    const mark = frameMark(run, way, at);
    const arrived = seen.filter((frame) => holds(frame, mark));
    return { frame: name, size: bytes.length - HEADER, verdict: verdictOf(bytes, arrived) };
  });
}

function verdictOf(sent: Uint8Array, arrived: readonly Uint8Array[]): FrameVerdict {
  if (arrived.length === 0) return 'lost';
  if (!arrived.every((frame) => same(frame, sent))) return 'changed';
  return arrived.length === 1 ? 'ok' : 'doubled';
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** A mark stands near the start, wherever tags that came or went have moved it. */
function holds(frame: Uint8Array, mark: Uint8Array): boolean {
  for (let from = HEADER - 4; from + mark.length <= Math.min(frame.length, 80); from++) {
    if (mark.every((byte, at) => byte === frame[from + at])) return true;
  }
  return false;
}
