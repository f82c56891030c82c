import type { NodeFailure, ProgressEvent } from '../model/outcome.ts';
import { planLab } from '../plan/plan-lab.ts';
import { type Stage, stagesOf } from '../plan/stages.ts';
import type { Lab } from './lab.ts';
import type { Wiring } from './wiring.ts';

/** From this many links on, people are told that links are being made. */
const worthTelling = 200;

/**
 * Plans from what the kernel shows, and carries out the steps that concern namespaces, links and carriers, as far as `which` lets them
 * through. `wired` hears of nodes that should run as soon as all their wires are there. Failures are given by node.
 */
export async function converge(
  lab: Lab,
  wiring: Wiring,
  which: 'all' | 'carriers',
  emit: (event: ProgressEvent) => void,
  wired: (nodes: readonly string[]) => void = () => undefined,
): Promise<readonly NodeFailure[]> {
  const desired = lab.desired((record) => record.wanted && (record.process !== undefined || record.reason === undefined));
  const steps = planLab(desired, await wiring.observe()).filter((step) => which === 'all' || step.action === 'carrier');
  const links = steps.filter((step) => step.action === 'connect').length;
  if (links > worthTelling) emit({ node: '', stage: 'waiting', message: `making ${links} links` });
  const stages = stagesOf(desired, steps);
  const failures: NodeFailure[] = [];
  // The kernel always has the next stage at hand while the outcome of this one is looked at.
  let making = make(lab, wiring, stages[0]);
  for (const [at, stage] of stages.entries()) {
    const next = make(lab, wiring, stages[at + 1]);
    next.catch(() => undefined);
    failures.push(...(await making));
    const failed = new Set(failures.map(({ node }) => node));
    wired(stage.complete.filter((node) => !failed.has(node)));
    making = next;
  }
  return failures;
}

async function make(lab: Lab, wiring: Wiring, stage: Stage | undefined): Promise<readonly NodeFailure[]> {
  if (stage === undefined) return [];
  const failures: NodeFailure[] = [];
  for (const [node, { message }] of await wiring.makeNamespaces(stage.namespaces)) failures.push({ node, message });
  for (const [link, failure] of await wiring.connect(stage.links)) {
    failures.push(...heldUp(lab, link, `link ${link} cannot be made: ${failure.message}`));
  }
  for (const [link, refusal] of await wiring.switchCarrier(stage.carriers)) {
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

function heldUp(lab: Lab, link: string, message: string): NodeFailure[] {
  const { tail, head } = lab.link(link);
  return [tail.node, head.node].filter((node) => lab.records.get(node)?.wanted).map((node) => ({ node, message }));
}
