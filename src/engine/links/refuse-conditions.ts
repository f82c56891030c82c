import { HostError } from '../../boundary/host-error.ts';
import type { KernelAbilities } from '../../boundary/kernel.ts';
import type { Change } from '../../model/change.ts';
import {
  conditionsFault,
  conditionsOf,
  IMPAIRMENTS,
  type LinkConditions,
  MEASURE_OF,
  type Measure,
  measureFault,
} from '../../model/link-conditions.ts';
import { withAttributes } from '../../model/topology-changes.ts';
import { conditionOps } from '../../wires/conditions.ts';
import type { Lab } from '../lab.ts';

const NAMES: ReadonlyMap<string, Measure> = new Map(
  IMPAIRMENTS.flatMap((name) => ['', 'tail', 'head'].map((side) => [`qn_${side}${name}`, MEASURE_OF[name]] as const)),
);
const CUTS = ['qn_taillink', 'qn_headlink'];

/** Throws a HostError, `bad-value` or what the machine lacks, when edits ask of a link what cannot be. Edits that take conditions away pass. */
export function refuseConditions(changes: readonly Change[], lab: Lab, abilities: KernelAbilities): void {
  for (const change of changes) {
    if (change.change !== 'link') continue;
    const set = Object.entries(change.attributes).filter(
      ([name, value]) => value !== null && (NAMES.has(name) || CUTS.includes(name)),
    );
    const link = lab.linksById.get(change.link);
    if (set.length === 0 || link === undefined) continue;
    for (const [name, value] of set) refuseValue(name, value ?? '');
    refuseOnWire(lab, change.link, conditionsOf(withAttributes(link.attributes, change.attributes)), abilities);
  }
}

/** The same for conditions that are no attributes. */
export function refuseOnWire(lab: Lab, link: string, wanted: LinkConditions, abilities: KernelAbilities): void {
  const fault = conditionsFault(wanted.tail) ?? conditionsFault(wanted.head);
  if (fault !== undefined) throw new HostError('bad-value', fault, { hint: 'add a delay' });
  const wire = lab.links.wires.get(link);
  if (wire === undefined) throw new HostError('refused', `link ${link} has no wire of weft, so nothing can be held back or lost`);
  const { refused } = conditionOps(wire, wanted, abilities);
  if (refused !== undefined) throw new HostError(refused.code, refused.message, { hint: refused.hint });
}

function refuseValue(name: string, value: string): void {
  const measure = NAMES.get(name);
  const fault = measure === undefined || value === '' ? undefined : measureFault(measure, value);
  if (fault !== undefined) throw new HostError('bad-value', `${name} cannot be ${value}: expected ${fault}`);
}
