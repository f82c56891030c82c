import type { Clock } from '../../boundary/clock.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import { judge } from '../../conformance/judge.ts';
import { jumboSize, type TestFrame, testFrames, wayMark } from '../../conformance/test-frames.ts';
import type { FrameOutcome, LinkConformance } from '../../model/conformance.ts';
import type { Conditions } from '../../model/link-conditions.ts';
import type { Lab } from '../lab.ts';
import { type TestedEnd, testedLink } from './tested-link.ts';

/** Ways through wires that are tested at once. */
const BATCH = 64;
/** Milliseconds for frames on a wire that holds nothing back, and the most that is waited for frames on one that does. */
const PATIENCE = 500;
const LONGEST = 30_000;

/** What a test of wires works with. */
export interface ConformanceParts {
  readonly lab: Lab;
  /** Carrier of links, as the engine last drove it. */
  readonly carrier: ReadonlyMap<string, boolean>;
  readonly kernel: Kernel;
  readonly clock: Clock;
}

/** One way through a link, and what is sent there. */
interface Way {
  readonly link: string;
  readonly from: TestedEnd;
  readonly to: TestedEnd;
  readonly number: number;
  readonly frames: readonly TestFrame[];
}

/** Sends the frames of a conformance test through the wires of these links, both ways, and tells what became of them. */
export async function examineLinks(parts: ConformanceParts, links: readonly string[]): Promise<readonly LinkConformance[]> {
  const run = Math.floor(parts.clock.now() * 1000) >>> 0;
  const plans = links.map((link) => testedLink(parts.lab, parts.carrier, link));
  const ways = plans.flatMap((plan, at) => {
    if ('untested' in plan) return [];
    const { link, ends, mtu } = plan;
    return ([ends, ends.toReversed()] as const).map(([from, to], back): Way => {
      const number = at * 2 + back;
      const frames = testFrames({ run, way: number, jumbo: jumboSize(mtu) });
      return { link, from: from as TestedEnd, to: to as TestedEnd, number, frames };
    });
  });
  const outcomes = new Map<number, readonly FrameOutcome[]>();
  for (let from = 0; from < ways.length; from += BATCH) {
    for (const [number, frames] of await examine(parts, ways.slice(from, from + BATCH), run)) outcomes.set(number, frames);
  }
  return links.map((link, at) => {
    const plan = plans[at];
    if (plan !== undefined && 'untested' in plan) return { link, ways: [], untested: plan.untested };
    const own = ways.filter((way) => way.number >> 1 === at);
    return {
      link,
      ways: own.map(({ from, to, number }) => ({ from: from.name, to: to.name, frames: outcomes.get(number) ?? [] })),
    };
  });
}

async function examine(
  { lab, kernel }: ConformanceParts,
  ways: readonly Way[],
  run: number,
): Promise<readonly (readonly [number: number, frames: readonly FrameOutcome[]])[]> {
  const seen = await kernel.passages(
    ways.map(({ from, to, number, frames }) => ({
      from: from.point,
      to: to.point,
      frames: frames.map(({ bytes }) => bytes),
      mark: wayMark(run, number),
    })),
    ways.reduce((longest, way) => Math.max(longest, patienceFor(lab, way)), 0),
  );
  return ways.map(({ number, frames }, at) => {
    const arrived = seen[at];
    return [number, judge(frames, arrived === undefined || 'code' in arrived ? [] : arrived, { run, way: number })];
  });
}

/** Long enough for what the conditions of the link hold back. */
function patienceFor(lab: Lab, { link, frames }: Way): number {
  const { tail, head } = lab.conditions(link);
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  const held = ({ delay = 0, jitter = 0, rate }: Conditions) =>
    (delay + 2 * jitter) / 1e6 + (rate === undefined ? 0 : (bytes * 8 * 1000) / rate);
  return Math.min(LONGEST, PATIENCE + held(tail) + held(head));
}
