import { type Conditions, conditionWords } from '../../model/link-conditions.ts';
import type { LinkState, WayState } from '../../model/link-state.ts';
import type { Paint } from '../paint.ts';
import { textTable } from '../text-table.ts';

/** A line for each way; what is asked for and not in force is told beside it. */
export function conditionsTable(ways: readonly WayState[], paint: Paint): string[] {
  if (ways.length === 0) return [];
  const differ = ways.some((way) => !inForce(way));
  return textTable(
    [{ title: 'FROM' }, { title: 'TO' }, { title: 'IN FORCE' }, ...(differ ? [{ title: 'WANTED' }] : [])],
    ways.map((way) => [
      way.from,
      way.to,
      textOf(way.inForce),
      ...(differ ? [inForce(way) ? '' : paint.yellow(textOf(way.wanted))] : []),
    ]),
  );
}

/** Ways that are more than a plain cable, or should be. */
export function conditionedWays(links: readonly LinkState[]): readonly WayState[] {
  return links.flatMap(({ ways }) => ways).filter(({ wanted, inForce: now }) => textOf(wanted) !== '-' || textOf(now) !== '-');
}

function inForce({ wanted, inForce: now }: WayState): boolean {
  return textOf(wanted) === textOf(now);
}

function textOf(conditions: Conditions): string {
  return conditionWords(conditions).join(' ') || '-';
}
