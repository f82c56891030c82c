import type { NodeFailure } from '../../model/outcome.ts';
import type { StepReport } from '../../plan/step-report.ts';
import type { Lab } from '../lab.ts';

/** Nodes that cannot be what they should because a step failed, one reason each. */
export function stepFailures(lab: Lab, reports: readonly StepReport[]): readonly NodeFailure[] {
  return firstOfEach(reports.flatMap((report) => failuresOf(lab, report)));
}

/** Links that this machine cannot have hold up the nodes at their ends. */
export function refusedLinks(lab: Lab): readonly NodeFailure[] {
  return [...lab.links.refused].flatMap(([link, { message, hint }]) =>
    heldUp(lab, link, message).map((failure) => ({ ...failure, hint })),
  );
}

/** One reason is enough for a node. */
export function firstOfEach(failures: readonly NodeFailure[]): readonly NodeFailure[] {
  return failures.filter(({ node }, at) => failures.findIndex((other) => other.node === node) === at);
}

function failuresOf(lab: Lab, { step, outcome, message = '' }: StepReport): readonly NodeFailure[] {
  if (outcome === 'done' || outcome === 'pending' || outcome === 'skipped') return [];
  switch (step.action) {
    case 'connect':
      return heldUp(lab, step.link, `link ${step.link} cannot be made: ${message}`);
    case 'adjust':
    case 'condition':
      return heldUp(lab, step.link, `link ${step.link} cannot be changed: ${message}`);
    case 'carrier':
      return heldUp(lab, step.link, `the carrier of ${step.link} cannot be switched: ${message}`);
    case 'disconnect':
      return [];
    case 'plug':
    case 'unplug':
      return [{ node: step.node, message: `${step.node}:${step.port} cannot be ${step.action}ged: ${message}` }];
    default:
      return [{ node: step.node, message }];
  }
}

function heldUp(lab: Lab, link: string, message: string): NodeFailure[] {
  const { tail, head } = lab.link(link);
  return [tail.node, head.node].filter((node) => lab.records.get(node)?.wanted).map((node) => ({ node, message }));
}
