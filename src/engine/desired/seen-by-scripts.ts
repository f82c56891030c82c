import type { Attributes } from '../../model/topology.ts';

/** Attributes without the features: what those say is done from outside, and no script is another one for it. */
export function seenByScripts(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes);
  const seen = entries.filter(([name]) => !name.startsWith('feature.'));
  return seen.length === entries.length ? attributes : Object.fromEntries(seen);
}
