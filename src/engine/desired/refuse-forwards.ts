import { HostError } from '../../boundary/host-error.ts';
import { type PortForwardFault, portForwardWays } from '../../model/port-forward-ways.ts';
import type { Topology } from '../../model/topology.ts';
import { uplinkTree } from '../../model/uplink-tree.ts';

/** Throws where an edit, also one of who is whose netvm, gives a port to two nodes. */
export function refuseForwards(before: Topology, after: Topology): void {
  const known = new Set(taken(before).map(({ message }) => message));
  const fresh = taken(after).find(({ message }) => !known.has(message));
  if (fresh !== undefined) throw new HostError('in-use', fresh.message, { hint: fresh.hint });
}

function taken(topology: Topology): readonly PortForwardFault[] {
  return portForwardWays(topology, uplinkTree(topology)).faults.filter(({ code }) => code === 'taken');
}
