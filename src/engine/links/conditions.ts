import type { KernelAbilities } from '../../boundary/kernel.ts';
import { type ConditionWork, conditionOps, isConditioned } from '../../wires/conditions.ts';
import type { Lab } from '../lab.ts';

/** How the conditions that a link's attributes ask for are brought about once its wire is made; undefined where it has no wire. */
export function conditionWork(lab: Lab, link: string, abilities: KernelAbilities): ConditionWork | undefined {
  const wire = lab.links.wires.get(link);
  return wire && conditionOps(wire, lab.conditions(link), abilities);
}

/** Those of these links that are to be more than plain cables. */
export function conditionedLinks(lab: Lab, links: Iterable<string>): string[] {
  return [...links].filter((link) => isConditioned(lab.conditions(link)));
}

/** What is asked of links and cannot be had: one refusal a link. */
export function conditionRefusals(
  lab: Lab,
  abilities: KernelAbilities,
): ReadonlyMap<string, { readonly message: string; readonly hint: string }> {
  return new Map(
    conditionedLinks(lab, lab.linksById.keys()).flatMap((link) => {
      const refused = lab.links.selfWired.has(link) ? selfWired(link) : conditionWork(lab, link, abilities)?.refused;
      return refused === undefined ? [] : [[link, refused] as const];
    }),
  );
}

function selfWired(link: string): { readonly message: string; readonly hint: string } {
  return {
    message: `link ${link} is carried over UDP by the scripts at its ends, where nothing can be held back or lost`,
    hint: 'use a bundled template, or take WEFT_NETDEV_n into yours (templates/README.md)',
  };
}
