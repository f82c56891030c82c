import type { Topology } from '../../model/topology.ts';
import { changesBetween, lostChanges, type TopologyChanges } from '../../model/topology-changes.ts';
import { carrierLosses, type LabPlan, nodeChanges } from '../../plan/lab-plan.ts';
import type { Step } from '../../plan/step.ts';
import type { Lab } from '../lab.ts';

/** What a plan compares. */
export interface Comparison {
  readonly before: Lab;
  readonly after: Lab;
  readonly steps: readonly Step[];
  /** The new file, and what commands had changed before. */
  readonly file: Topology;
  readonly changes: TopologyChanges;
}

export function planView({ before, after, steps, file, changes }: Comparison): LabPlan {
  const records = [...before.records.values()];
  const facts = {
    steps,
    links: [...before.spec.topology.links, ...after.spec.topology.links],
    running: new Set(records.filter(({ process }) => process !== undefined).map(({ name }) => name)),
    gone: new Set(records.filter(({ name }) => !after.records.has(name)).map(({ name }) => name)),
    recreated: new Set(
      records.filter(({ name, node }) => (after.records.get(name)?.node.kind ?? node.kind) !== node.kind).map(({ name }) => name),
    ),
  };
  return {
    steps,
    nodes: nodeChanges(facts),
    losesCarrier: carrierLosses(facts),
    refused: [...after.links.refused.values()].map(({ message }) => message),
    kept: [
      ...keptSentences(changesBetween(file, after.parts.spec.topology), changes),
      ...Object.keys(changes.nodes)
        .filter((name) => !after.spec.topology.nodes.some((node) => node.name === name))
        .map((name) => `what was changed about node ${name} goes with the node`),
    ],
    lost: lostChanges(file, changes).map(({ id }) => `the link ${id}, made by a command, finds no place in the file`),
  };
}

/** Without the restarts of nodes that a plan is not about: they wait for a plan that is. */
export function withinOnly(steps: readonly Step[], only: readonly string[] | undefined): readonly Step[] {
  if (only === undefined || only.length === 0) return steps;
  return steps.filter((step) => step.action !== 'restart' || only.includes(step.node));
}

/** Only what commands have changed: MACs that ports keep are no change of anybody's. */
function keptSentences(differences: TopologyChanges, { nodes, links, graph }: TopologyChanges): readonly string[] {
  const { created, removed, attached, detached } = differences;
  const attributes = (what: string, changes: TopologyChanges['nodes']) =>
    Object.entries(changes).flatMap(([name, values]) =>
      Object.entries(values).map(
        ([attribute, value]) => `${what} ${name}: ${attribute} is ${value === null ? 'unset' : value.replaceAll('\n', '\\n')}`,
      ),
    );
  return [
    ...created.map(({ name }) => `node ${name} was created`),
    ...removed.map((name) => `node ${name} was removed`),
    ...attached.map(({ id }) => `link ${id} was attached`),
    ...detached.map((id) => `link ${id} was detached`),
    ...attributes('node', ownOnly(differences.nodes, nodes)),
    ...attributes('link', ownOnly(differences.links, links)),
    ...attributes('the', ownOnly({ lab: differences.graph }, { lab: graph })),
  ];
}

function ownOnly(differences: TopologyChanges['nodes'], own: TopologyChanges['nodes']): TopologyChanges['nodes'] {
  return Object.fromEntries(
    Object.entries(differences).flatMap(([name, values]) => {
      const kept = Object.entries(values).filter(([attribute]) => own[name] !== undefined && Object.hasOwn(own[name], attribute));
      return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)]];
    }),
  );
}
