import type { NodeFailure, ProgressEvent } from '../model/outcome.ts';
import { planLab } from '../plan/plan-lab.ts';
import type { Action, Step, StepOf } from '../plan/step.ts';
import type { Lab } from './lab.ts';
import type { Wiring } from './wiring.ts';

/** From this many links on, people are told that links are being made. */
const worthTelling = 200;

/**
 * Plans from what the kernel shows, and carries out the steps that concern namespaces, links and carriers, as far as `which` lets them
 * through. Failures are given by node.
 */
export async function converge(
  lab: Lab,
  wiring: Wiring,
  which: 'all' | 'carriers',
  emit: (event: ProgressEvent) => void,
): Promise<readonly NodeFailure[]> {
  const steps = planLab(
    lab.desired((record) => record.wanted && (record.process !== undefined || record.reason === undefined)),
    await wiring.observe(),
  );
  const failures: NodeFailure[] = [];
  if (which === 'all') {
    for (const [node, { message }] of await wiring.makeNamespaces(stepsOf(steps, 'make-namespace').map((step) => step.node))) {
      failures.push({ node, message });
    }
    const links = stepsOf(steps, 'connect').map((step) => step.link);
    if (links.length > worthTelling) emit({ node: '', stage: 'waiting', message: `making ${links.length} links` });
    for (const [link, failure] of await wiring.connect(links)) {
      failures.push(...heldUp(lab, link, `link ${link} cannot be made: ${failure.message}`));
    }
  }
  const carriers = new Map(stepsOf(steps, 'carrier').map((step) => [step.link, step.on] as const));
  for (const [link, refusal] of await wiring.switchCarrier(carriers)) {
    failures.push(...heldUp(lab, link, `the carrier of ${link} cannot be switched: ${refusal}`));
  }
  return failures;
}

/** Links that this machine cannot have hold up the nodes at their ends. */
export function refusals(lab: Lab): readonly NodeFailure[] {
  return [...lab.links.refused].flatMap(([link, { message, hint }]) =>
    heldUp(lab, link, message).map((failure) => ({ ...failure, hint })),
  );
}

function stepsOf<A extends Action>(steps: readonly Step[], action: A): readonly StepOf<A>[] {
  return steps.filter((step): step is StepOf<A> => step.action === action);
}

function heldUp(lab: Lab, link: string, message: string): NodeFailure[] {
  const { tail, head } = lab.link(link);
  return [tail.node, head.node].filter((node) => lab.records.get(node)?.wanted).map((node) => ({ node, message }));
}
