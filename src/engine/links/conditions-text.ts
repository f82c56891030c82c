import { conditionWords, type LinkConditions } from '../../model/link-conditions.ts';
import type { Link } from '../../model/topology.ts';
import { isConditioned } from '../../wires/conditions.ts';

/** What a link does to frames, for people; empty where nothing. Two texts that differ are two states. */
export function conditionsText({ tail, head }: Link, conditions: LinkConditions): string {
  if (!isConditioned(conditions)) return '';
  const ways = [
    { end: tail, words: conditionWords(conditions.tail) },
    { end: head, words: conditionWords(conditions.head) },
  ];
  return ways
    .filter(({ words }) => words.length > 0)
    .map(({ end, words }) => `from ${end.node}${end.port === undefined ? '' : `:${end.port}`} ${words.join(' ')}`)
    .join('; ');
}
