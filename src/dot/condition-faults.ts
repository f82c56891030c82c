import type { Diagnostic } from '../model/diagnostic.ts';
import { conditionsFault, conditionsOf, type Side } from '../model/link-conditions.ts';
import type { DrawnLink } from './read-links.ts';

/** Conditions of links that mean nothing without another one. */
export function findConditionFaults(links: readonly DrawnLink[]): Diagnostic[] {
  return links.flatMap(({ link, edge }) => {
    const conditions = conditionsOf(link.attributes);
    const faultOf = (side: Side) => conditionsFault(conditions[side]);
    const [tail, head] = [faultOf('tail'), faultOf('head')];
    const fault = tail ?? head;
    if (fault === undefined) return [];
    const where = tail === head ? 'qn_delay' : tail === undefined ? 'qn_headdelay' : 'qn_taildelay';
    return [{ code: 'bad-value', severity: 'error', message: fault, hint: `write ${where}="20ms" too`, span: edge.span }];
  });
}
