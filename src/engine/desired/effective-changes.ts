import type { AttributeChanges, Change } from '../../model/change.ts';
import type { Attributes } from '../../model/topology.ts';
import type { Lab } from '../lab.ts';

/** Edits without what changes nothing: taking an attribute away that is not there, or giving it the value that it has. */
export function effectiveChanges(changes: readonly Change[], { linksById, records, spec }: Lab): readonly Change[] {
  return changes.map((change) => {
    if (change.change === 'graph') return { ...change, attributes: effective(change.attributes, spec.topology.attributes) };
    if (change.change === 'node') {
      return { ...change, attributes: effective(change.attributes, records.get(change.node)?.node.attributes ?? {}) };
    }
    if (change.change !== 'link') return change;
    return { ...change, attributes: effective(change.attributes, linksById.get(change.link)?.attributes ?? {}) };
  });
}

function effective(changes: AttributeChanges, now: Attributes): AttributeChanges {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => (now[name] ?? null) !== value));
}
