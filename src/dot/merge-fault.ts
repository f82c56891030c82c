import type { Diagnostic } from '../model/diagnostic.ts';
import type { LineIndex } from '../model/position.ts';
import type { Merge } from './graph-builder.ts';

/** A strict graph holds one edge between two nodes: Graphviz makes one link of two that a person drew. */
export function mergeFault({ kept, again }: Merge, lineOf: LineIndex): Diagnostic {
  const { line } = lineOf(kept.span.from);
  return {
    code: 'merged-link',
    severity: 'warning',
    message: `this is the same link as in line ${line}: the graph is strict, or both have the same key`,
    hint: 'take strict away to have two links between the same nodes',
    span: again,
  };
}
