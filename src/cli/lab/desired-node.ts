import type { Desired } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import type { TopologyNode } from '../../model/topology.ts';
import { requireNodes } from './session.ts';

/** A node as it is desired, in the topology that it is desired in; a Refusal with the nearest name where there is none. */
export async function desiredNode(connection: LabConnection, name: string): Promise<Desired & { readonly node: TopologyNode }> {
  const desired = await connection.call('desired', {});
  const { topology } = desired;
  const names = topology.nodes.map((candidate) => candidate.name);
  requireNodes([name], connection.name, names);
  const node = topology.nodes[names.indexOf(name)];
  if (node === undefined) throw new Error(`no node ${name}`);
  return { ...desired, node };
}
