import type { Change } from '../../model/change.ts';
import { changeText } from '../../model/change-text.ts';
import type { LabHappening } from '../../model/lab-event.ts';
import type { Step } from '../../plan/step.ts';
import type { StepReport } from '../../plan/step-report.ts';
import { stepText } from '../../plan/step-text.ts';
import type { Lab } from '../lab.ts';
import type { NodeStillness } from '../nodes/node-stillness.ts';
import type { LabEvents } from './lab-events.ts';

/** What became of a step, as events: the step itself, and the link that was made or removed; that a node stands still or goes on is told to `stillness`. */
export function tellReport(
  { events, stillness }: { readonly events: LabEvents; readonly stillness: NodeStillness },
  lab: Lab,
  { step, outcome, message }: StepReport,
): void {
  if (outcome === 'pending') return;
  const reason = message === undefined ? {} : { reason: message };
  const state = outcome === 'skipped' ? 'failed' : outcome;
  events.emit({ kind: 'step', step: stepText(step), nodes: nodesOf(lab, step), state, ...reason });
  const happening = consequence(lab, step, outcome === 'done');
  if (happening !== undefined) events.emit({ ...happening, ...reason });
  if (outcome !== 'done') return;
  if (step.action === 'pause') stillness.became(step.node, 'paused');
  if (step.action === 'resume') stillness.became(step.node, 'unpaused');
}

/** Edits of the desired state that are on disk, as events; `door` is what asked for them. */
export function tellChanges(events: LabEvents, changes: readonly Change[], nodes: ReadonlySet<string>, door: string): void {
  for (const change of changes) {
    events.emit({ kind: 'change', change: changeText(change), nodes: [...nodes], state: 'kept', door });
  }
}

function consequence(lab: Lab, step: Step, done: boolean): LabHappening | undefined {
  switch (step.action) {
    case 'connect':
      return { kind: 'link', link: step.link, nodes: nodesOf(lab, step), state: done ? 'made' : 'refused' };
    case 'disconnect':
      return done ? { kind: 'link', link: step.link, nodes: nodesOf(lab, step), state: 'removed' } : undefined;
    default:
      return undefined;
  }
}

function nodesOf(lab: Lab, step: Step): readonly string[] {
  if ('node' in step) return [step.node];
  const link = lab.linksById.get(step.link);
  return link === undefined ? endsIn(step.link) : [link.tail.node, link.head.node];
}

/** The nodes that the id of a link names, which is gone from the topology: `TAIL:PORT--HEAD:PORT`, a hub without port. */
function endsIn(id: string): readonly string[] {
  return id.split('--').map((end) => end.replace(/:[^:]*$/, ''));
}
