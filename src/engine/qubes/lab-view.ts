import type { NodeActivity, QubesView } from '../../boundary/qubes-lab.ts';
import type { Topology } from '../../model/topology.ts';
import { uplinkTree } from '../../model/uplink-tree.ts';
import type { DeferredNetvms } from '../../plan/deferred-netvms.ts';
import { derivedProperties } from '../../routing/node-properties.ts';
import { type DesiredState, desiredTopology } from '../desired/desired-state.ts';
import type { NodeRecord } from '../nodes/node-record.ts';

/** Compiles what the Admin API sees of desired states: once for each that differs in what can be seen, however often it is looked at. */
export class LabViews {
  readonly #record: (node: string) => NodeRecord | undefined;
  #last: { readonly state: DesiredState; readonly view: QubesView } | undefined;
  #paused: ReadonlySet<string> = new Set();

  /** `record` finds the record of a node as the lab has it now. */
  constructor(record: (node: string) => NodeRecord | undefined) {
    this.#record = record;
  }

  of(state: DesiredState): QubesView {
    this.#paused = state.paused;
    const last = this.#last;
    if (last !== undefined && sameSight(last.state, state)) return last.view;
    const { numbers, spec } = state;
    const topology = withDeferred(desiredTopology(state), state.deferred);
    const tree = uplinkTree(topology);
    const derived = new Map<string, ReturnType<typeof derivedProperties>>();
    const view: QubesView = {
      lab: spec.name,
      topology,
      nodes: new Map(topology.nodes.map((node) => [node.name, node])),
      tree,
      numbers,
      activity: (node) => activityOf(this.#record(node), this.#paused.has(node)),
      derived: (node) => {
        const known = derived.get(node) ?? derivedProperties(tree, numbers, node);
        derived.set(node, known);
        return known;
      },
    };
    this.#last = { state, view };
    return view;
  }
}

/** Whether two states are the same in all that a view shows of what is desired. */
export function sameSight(one: DesiredState, other: DesiredState): boolean {
  const members = ['spec', 'changes', 'numbers', 'deferred'] as const;
  return members.every((member) => one[member] === other[member]);
}

/** A change of netvm that waits for its node to go on is told by a feature that nobody sets (specs of Qubes networking, section 3). */
function withDeferred(topology: Topology, deferred: DeferredNetvms): Topology {
  if (Object.keys(deferred).length === 0) return topology;
  const nodes = topology.nodes.map((node) => {
    const original = deferred[node.name];
    if (original === undefined) return node;
    return { ...node, attributes: { ...node.attributes, 'feature.deferred-netvm-original': original } };
  });
  return { ...topology, nodes };
}

function activityOf(record: NodeRecord | undefined, paused: boolean): NodeActivity {
  if (record === undefined) return 'halted';
  if (record.process === undefined) return record.launching ? 'starting' : 'halted';
  if (record.stopping) return 'stopping';
  if (paused) return 'paused';
  return record.ready ? 'running' : 'starting';
}
