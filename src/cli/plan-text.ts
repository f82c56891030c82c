import type { LabPlan, NodeChange } from '../plan/lab-plan.ts';
import { stepText } from '../plan/step-text.ts';
import type { Paint } from './paint.ts';
import { textTable } from './text-table.ts';

/** From this many steps of one kind on, they are counted instead of listed. */
const many = 40;

const words: Readonly<Record<NodeChange, string>> = {
  start: 'start',
  stop: 'stop',
  live: 'live',
  restart: 'restart',
  recreate: 'recreate',
  remove: 'remove',
};

/** A plan for people: the steps in their order with reasons, then what it means for nodes. */
export function planLines(plan: LabPlan, paint: Paint): readonly string[] {
  const sections = [stepLines(plan, paint), nodeLines(plan, paint), noteLines(plan, paint)].filter((lines) => lines.length > 0);
  return sections.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** Whether the lab is as the file says. */
export function isReached(plan: LabPlan): boolean {
  return plan.steps.length === 0 && plan.refused.length === 0;
}

function stepLines({ steps }: LabPlan, paint: Paint): readonly string[] {
  const counts = new Map<string, number>();
  for (const { action } of steps) counts.set(action, (counts.get(action) ?? 0) + 1);
  const shown = new Map<string, number>();
  const rows = steps.flatMap((step, at) => {
    const nth = (shown.get(step.action) ?? 0) + 1;
    shown.set(step.action, nth);
    if (nth < many) return [[String(at + 1), stepText(step), paint.dim(step.reason)]];
    const more = (counts.get(step.action) ?? 0) - many + 1;
    return nth === many ? [['', `and ${more} more like this (${step.action})`, '']] : [];
  });
  if (rows.length === 0) return [];
  return textTable([{ title: '', align: 'right' }, { title: 'STEP' }, { title: 'WHY' }], rows);
}

function nodeLines({ nodes, losesCarrier }: LabPlan, paint: Paint): readonly string[] {
  const groups = new Map<NodeChange, string[]>();
  for (const { node, change } of nodes) groups.set(change, [...(groups.get(change) ?? []), node]);
  const lines = [...groups].map(([change, names]) => `${painted(change, paint)}  ${someOf(names)}`);
  const lost = losesCarrier.length === 0 ? [] : [`${paint.yellow('carrier'.padEnd(8))}  goes at ${someOf(losesCarrier)}`];
  return [...lines, ...lost];
}

function painted(change: NodeChange, paint: Paint): string {
  const text = words[change].padEnd(8);
  if (change === 'live') return paint.dim(text);
  if (change === 'start') return paint.green(text);
  return change === 'restart' || change === 'recreate' ? paint.yellow(text) : paint.red(text);
}

function noteLines({ kept, lost, refused }: LabPlan, paint: Paint): readonly string[] {
  return [
    ...refused.map((sentence) => `${paint.red('refused'.padEnd(8))}  ${sentence}`),
    ...kept.map((sentence) => `${paint.dim('command'.padEnd(8))}  ${sentence}`),
    ...lost.map((sentence) => `${paint.red('lost'.padEnd(8))}  ${sentence}`),
  ];
}

function someOf(names: readonly string[]): string {
  return names.length <= 20 ? names.join(' ') : `${names.slice(0, 20).join(' ')} and ${names.length - 20} more`;
}
