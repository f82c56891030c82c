import type { FrameOutcome, LinkConformance } from '../model/conformance.ts';
import type { Paint } from './paint.ts';
import { textTable } from './text-table.ts';

/** The largest jumbo packet that is tried: smaller ones are told with their size. */
const JUMBO = 9000;

/** A line for each way through a link, a column for each frame. */
export function conformanceTable(links: readonly LinkConformance[], paint: Paint): string[] {
  const ways = links.flatMap((link) => link.ways);
  const frames = ways[0]?.frames.map(({ frame }) => frame) ?? [];
  if (frames.length === 0) return [];
  return textTable(
    [{ title: 'FROM' }, { title: 'TO' }, ...frames.map((title) => ({ title }))],
    ways.map(({ from, to, frames: outcomes }) => [from, to, ...outcomes.map((outcome) => cell(outcome, paint))]),
  );
}

function cell({ frame, size, verdict }: FrameOutcome, paint: Paint): string {
  const shown = verdict === 'ok' ? paint.green(verdict) : paint.red(verdict);
  return frame === 'jumbo' && size < JUMBO ? `${shown} (${size} bytes)` : shown;
}
