import type { Link } from '../model/topology.ts';
import type { Step } from './step.ts';

/** How a node gets to what is desired of it. */
export type NodeChange = 'start' | 'stop' | 'live' | 'restart' | 'recreate' | 'remove';

/** A plan as people and programs see it. */
export interface LabPlan {
  readonly steps: readonly Step[];
  /** Nodes that something happens to. */
  readonly nodes: readonly { readonly node: string; readonly change: NodeChange }[];
  /** Ports of nodes that go on which lose their carrier, for a moment or for good: `NODE:PORT`. */
  readonly losesCarrier: readonly string[];
  /** Links that this machine cannot have, so that no step makes them. One sentence each. */
  readonly refused: readonly string[];
  /** What commands have changed and the file says otherwise: it is kept. One sentence each. */
  readonly kept: readonly string[];
  /** What commands have changed and finds no place in the file. One sentence each. */
  readonly lost: readonly string[];
}

/** What a plan is told about. */
export interface PlanFacts {
  readonly steps: readonly Step[];
  /** Links before and after. */
  readonly links: readonly Link[];
  readonly running: ReadonlySet<string>;
  /** Nodes that the topology no longer has. */
  readonly gone: ReadonlySet<string>;
  /** Nodes whose kind changes. */
  readonly recreated: ReadonlySet<string>;
}

/** What happens to each node, in the order of the steps. */
export function nodeChanges({ steps, gone, recreated }: PlanFacts): LabPlan['nodes'] {
  const changes = new Map<string, NodeChange>();
  const note = (node: string, change: NodeChange) => {
    const known = changes.get(node);
    if (known === undefined || known === 'live') changes.set(node, change);
  };
  for (const step of steps) {
    if (step.action === 'terminate') note(step.node, gone.has(step.node) ? 'remove' : 'stop');
    else if (step.action === 'restart') note(step.node, recreated.has(step.node) ? 'recreate' : 'restart');
    else if (step.action === 'launch') note(step.node, 'start');
    else if (step.action === 'remove-namespace') note(step.node, gone.has(step.node) ? 'remove' : 'live');
    else if ('node' in step) note(step.node, 'live');
    else for (const end of endsIn(step.link)) note(end.slice(0, end.indexOf(':')), 'live');
  }
  return [...changes].filter(([node]) => node !== '').map(([node, change]) => ({ node, change }));
}

/** Ports of running nodes whose carrier goes, apart from those that a step names itself. */
export function carrierLosses({ steps, links, running, gone }: PlanFacts): readonly string[] {
  const losses = new Set<string>();
  const add = (node: string, port: string | undefined) => {
    if (port !== undefined && running.has(node) && !gone.has(node)) losses.add(`${node}:${port}`);
  };
  const ended = new Set(steps.flatMap((step) => (step.action === 'terminate' || step.action === 'restart' ? [step.node] : [])));
  for (const { tail, head } of links) {
    if (ended.has(tail.node) && !ended.has(head.node)) add(head.node, head.port);
    if (ended.has(head.node) && !ended.has(tail.node)) add(tail.node, tail.port);
  }
  for (const step of steps) {
    const lost = step.action === 'disconnect' || (step.action === 'carrier' && !step.on);
    if (!lost) continue;
    for (const end of endsIn(step.link)) add(end.slice(0, end.indexOf(':')), end.slice(end.indexOf(':') + 1) || undefined);
  }
  return [...losses];
}

/** The ends in a link's id: `NODE:PORT--NODE:PORT`. */
function endsIn(link: string): readonly string[] {
  return link.split('--').map((end) => (end.includes(':') ? end : `${end}:`));
}
