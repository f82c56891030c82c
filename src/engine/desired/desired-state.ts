import { type NodeNumbers, nodeNumbers } from '../../address/node-numbers.ts';
import { type MacPins, pinMacs, withPinnedMacs } from '../../address/pinned-macs.ts';
import type { AttributeChanges } from '../../model/change.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { type Attributes, isGenerated, type Link, type Topology, type TopologyNode } from '../../model/topology.ts';
import { changesBetween, type TopologyChanges, withAttributes, withChanges } from '../../model/topology-changes.ts';
import { numberedNodes, uplinkTree } from '../../model/uplink-tree.ts';
import { type Connection, connectionLink } from '../../plan/attachments.ts';
import { type DeferredNetvms, withDeferred } from '../../plan/deferred-netvms.ts';
import { type Uplink, uplinkLink } from '../../plan/uplinks.ts';
import { sameAttributes } from './same-attributes.ts';
import { seenByScripts } from './seen-by-scripts.ts';

/** What a node was when its process was launched. */
export interface Definition {
  readonly node: TopologyNode;
  /** The graph's attributes, which are the defaults of nodes. */
  readonly graph: Attributes;
}

/** What should be, in full: a value that is replaced as a whole by every change, and kept on disk before it counts. */
export interface DesiredState {
  /** The lab as its file last described it. */
  readonly spec: LabSpec;
  /** What commands have changed since. */
  readonly changes: TopologyChanges;
  /** Attributes that commands gave to links of connections, by link id. */
  readonly connectionChanges: Readonly<Record<string, AttributeChanges>>;
  /** Nodes that should run. */
  readonly running: ReadonlySet<string>;
  /** Nodes that should stand still. */
  readonly paused: ReadonlySet<string>;
  /** Connections of `attach-network-to` that exist. */
  readonly connections: readonly Connection[];
  /** Uplinks that exist. */
  readonly uplinks: readonly Uplink[];
  readonly deferred: DeferredNetvms;
  /** The numbers of nodes, which stay theirs as long as the lab has them. */
  readonly numbers: NodeNumbers;
  /** MACs that ports keep although nodes have come or gone. */
  readonly pins: MacPins;
  /** Nodes whose process was launched as something else than what is desired now. */
  readonly launched: Readonly<Record<string, Definition>>;
}

/** The state with a number for each of its nodes: those that were written before there were numbers have none. */
export function numbered(state: DesiredState): DesiredState {
  const numbers = nodeNumbers(numberedNodes(desiredTopology(state)), state.numbers);
  return numbers === state.numbers ? state : { ...state, numbers };
}

/** The file's topology with the changes of commands made to it. */
export function desiredTopology({ spec, changes }: Pick<DesiredState, 'spec' | 'changes'>): Topology {
  return withChanges(spec.topology, changes);
}

/** What wires and scripts are made from: the desired topology, with the MACs that ports keep. */
export function wiredSpec(state: DesiredState): LabSpec {
  return { ...state.spec, topology: withPinnedMacs(desiredTopology(state), state.pins) };
}

/** The links of the connections and uplinks that exist, with what commands have changed about them. */
export function connectionLinks({ connections, connectionChanges, uplinks }: DesiredState): readonly Link[] {
  return [...uplinks.map(uplinkLink), ...connections.map(connectionLink)].map((link) => {
    const changes = connectionChanges[link.id];
    return changes === undefined ? link : { ...link, attributes: withAttributes(link.attributes, changes) };
  });
}

/**
 * The state with another topology: `file` where the file has changed, `topology` what is desired of it. Ports keep the MACs that they have
 * (`macs`, by port, those of connections not among them); what running nodes were launched as is kept in mind.
 */
export function withTopology(
  state: DesiredState,
  { spec, topology }: { readonly spec: LabSpec; readonly topology: Topology },
  { macs, runs }: { readonly macs: ReadonlyMap<string, string>; readonly runs: (node: string) => boolean },
): DesiredState {
  const before = desiredTopology(state);
  const names = new Set(topology.nodes.filter(isGenerated).map(({ name }) => name));
  const paused = new Set([...state.paused].filter((name) => names.has(name)));
  return {
    ...state,
    spec,
    changes: changesBetween(spec.topology, topology),
    running: new Set([...state.running].filter((name) => names.has(name))),
    paused,
    deferred:
      paused.size === 0 ? state.deferred : withDeferred(state.deferred, [uplinkTree(before), uplinkTree(topology)], paused),
    numbers: nodeNumbers(numberedNodes(topology), state.numbers),
    pins: pinMacs(topology, macs),
    launched: launchedAs(state, before, topology, runs),
  };
}

function launchedAs(
  { launched }: DesiredState,
  before: Topology,
  next: Topology,
  runs: (node: string) => boolean,
): Record<string, Definition> {
  const nodes = new Map(before.nodes.map((node) => [node.name, node]));
  return Object.fromEntries(
    next.nodes.filter(isGenerated).flatMap((node): [string, Definition][] => {
      const old = nodes.get(node.name);
      if (old === undefined || !runs(node.name)) return [];
      const definition = launched[node.name] ?? { node: old, graph: before.attributes };
      return sameDefinition(definition, { node, graph: next.attributes }) ? [] : [[node.name, definition]];
    }),
  );
}

/** Whether two definitions are the same in all that a script can see. */
export function sameDefinition(one: Definition, other: Definition): boolean {
  const same =
    one.node === other.node ||
    (one.node.kind === other.node.kind &&
      one.node.template === other.node.template &&
      sameAttributes(seenByScripts(one.node.attributes), seenByScripts(other.node.attributes)));
  return same && sameAttributes(one.graph, other.graph);
}
