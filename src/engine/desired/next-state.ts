import { macPlan } from '../../address/mac-plan.ts';
import { nodeNumbers } from '../../address/node-numbers.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Change } from '../../model/change.ts';
import { editTopology, isFault } from '../../model/edit-topology.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { mixTopologies } from '../../model/mix-topologies.ts';
import { isGenerated } from '../../model/topology.ts';
import { noChanges, withChanges } from '../../model/topology-changes.ts';
import { numberedNodes } from '../../model/uplink-tree.ts';
import { connectionLink } from '../../plan/attachments.ts';
import { uplinkLink } from '../../plan/uplinks.ts';
import type { Lab } from '../lab.ts';
import { type DesiredState, desiredTopology, withTopology } from './desired-state.ts';
import { refuseForwards } from './refuse-forwards.ts';
import { refuseUplinks } from './refuse-uplinks.ts';

/** The feature by which people see that the change of a netvm waits (specs of Qubes networking, section 3). */
const DEFERRED = 'feature.deferred-netvm-original';

/** A state for a lab that nothing is known of. */
export function freshState(spec: LabSpec): DesiredState {
  return {
    spec,
    changes: noChanges,
    connectionChanges: {},
    running: new Set(),
    paused: new Set(),
    connections: [],
    uplinks: [],
    deferred: {},
    numbers: nodeNumbers(numberedNodes(spec.topology), {}),
    pins: {},
    launched: {},
  };
}

/**
 * The state of a lab that is started anew, since nothing of it runs: the file counts as it is now, and what commands have changed is kept.
 * So are the MACs of ports, whose wires may still be there.
 */
export function begunAnew(state: DesiredState, spec: LabSpec, lab: Lab): DesiredState {
  const idle = {
    ...state,
    running: new Set<string>(),
    paused: new Set<string>(),
    connections: [],
    uplinks: [],
    deferred: {},
    launched: {},
  };
  return withTopology(idle, { spec, topology: withChanges(spec.topology, state.changes) }, factsOf(lab));
}

/** What a new file asks for. */
export interface FileWish {
  readonly spec: LabSpec;
  /** Take from the file what concerns these nodes alone. */
  readonly only?: readonly string[] | undefined;
  /** Forget what commands have changed. */
  readonly discard?: boolean | undefined;
}

/** A file of the same lab; HostError `refused` otherwise. */
export function checkedFile(file: FileWish, directory: string): FileWish {
  if (directory === file.spec.directory) return file;
  throw new HostError('refused', `lab ${file.spec.name} runs already, from ${directory}`, {
    hint: 'give this one another name with --name, or take the other down',
  });
}

/** The state with another file: what commands have changed is kept, and nodes that are new in the file are to run. */
export function withFile(state: DesiredState, { spec, only, discard = false }: FileWish, lab: Lab): DesiredState {
  const file =
    only === undefined || only.length === 0 ? spec.topology : mixTopologies(state.spec.topology, spec.topology, new Set(only));
  const kept = discard ? noChanges : state.changes;
  const before = desiredTopology(state);
  const topology = withChanges(file, kept);
  const known = new Set(before.nodes.filter(isGenerated).map(({ name }) => name));
  const fresh = topology.nodes.filter((node) => isGenerated(node) && !known.has(node.name)).map(({ name }) => name);
  const next = withTopology(state, { spec: { ...spec, topology: file }, topology }, factsOf(lab));
  return { ...next, running: new Set([...next.running, ...fresh]), ...(discard ? { connectionChanges: {} } : {}) };
}

/** The state with edits made to it, in their order; a HostError with the first that cannot be made. */
export function withEdits(state: DesiredState, changes: readonly Change[], lab: Lab): DesiredState {
  let topology = desiredTopology(state);
  let { connectionChanges } = state;
  for (const change of changes) {
    const connection = connectionNamed(state, change);
    if (connection !== undefined) {
      connectionChanges = { ...connectionChanges, [connection]: mergedChanges(connectionChanges[connection], change) };
      continue;
    }
    const runs = change.change === 'remove' && lab.records.get(change.node)?.process !== undefined;
    if (runs) throw new HostError('running', `${change.node} runs`, { hint: `stop it first: weft stop ${change.node}` });
    refuseOurs(change);
    const edited = editTopology(topology, change);
    if (isFault(edited)) throw new HostError(edited.code, edited.message, { hint: edited.hint });
    topology = edited;
  }
  const before = desiredTopology(state);
  refuseUplinks(before, topology, factsOf(lab).runs);
  refuseForwards(before, topology);
  return { ...withTopology(state, { spec: state.spec, topology }, factsOf(lab)), connectionChanges };
}

/** What tells of the lab's own doings is nobody's to set. */
function refuseOurs(change: Change): void {
  if (!('attributes' in change) || change.attributes[DEFERRED] === undefined) return;
  throw new HostError('refused', 'the feature deferred-netvm-original tells of a change that waits, and cannot be set');
}

/** The id of the connection that an edit is about; connections are made by the feature, so they are neither attached nor detached. */
function connectionNamed({ connections, uplinks }: DesiredState, change: Change): string | undefined {
  if (change.change !== 'link' && change.change !== 'detach') return undefined;
  const uplink = uplinks.find((each) => uplinkLink(each).id === change.link);
  if (uplink !== undefined) {
    if (change.change === 'link') return change.link;
    throw new HostError('refused', `${change.link} is there because ${uplink.provider} is the netvm of ${uplink.client}`, {
      hint: `give ${uplink.client} another netvm: weft prefs ${uplink.client} netvm ...`,
    });
  }
  const connection = connections.find((each) => connectionLink(each).id === change.link);
  if (connection === undefined) return undefined;
  if (change.change === 'link') return change.link;
  const { backend, frontend } = connection;
  throw new HostError('refused', `${change.link} is there because ${backend} has the feature attach-network-to`, {
    hint: `take ${frontend} out of it: weft features ${backend} attach-network-to ...`,
  });
}

function mergedChanges(before: DesiredState['connectionChanges'][string] | undefined, change: Change) {
  return change.change === 'link' ? { ...before, ...change.attributes } : (before ?? {});
}

function factsOf(lab: Lab) {
  return { macs: macPlan(lab.parts.spec.topology), runs: (node: string) => lab.records.get(node)?.process !== undefined };
}
