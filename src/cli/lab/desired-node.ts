import type { LabConnection } from '../../api/labs.ts';
import type { Topology, TopologyNode } from '../../model/topology.ts';
import { requireNodes } from './session.ts';

/** A node as it is desired, in the topology that it is desired in; a Refusal with the nearest name where there is none. */
export async function desiredNode(
  connection: LabConnection,
  name: string,
): Promise<{ readonly topology: Topology; readonly node: TopologyNode }> {
  const { topology } = await connection.call('desired', {});
  const names = topology.nodes.map((candidate) => candidate.name);
  requireNodes([name], connection.name, names);
  const node = topology.nodes[names.indexOf(name)];
  if (node === undefined) throw new Error(`no node ${name}`);
  return { topology, node };
}
