import type { Diagnostic } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { Topology } from '../model/topology.ts';
import { type UplinkFault, uplinkTree } from '../model/uplink-tree.ts';
import type { Graph } from './graph.ts';

/** Uplinks that cannot be: an unknown netvm, one that provides no network, a loop. Each at the attribute that asks for it. */
export function findUplinkFaults(graph: Graph, topology: Topology): Diagnostic[] {
  return uplinkTree(topology).faults.map((fault) => {
    const { attribute, code, inherited, message, node } = fault;
    const own = graph.nodes.get(node);
    const setting = (inherited ? graph.settings : own?.settings)?.get(attribute);
    return {
      code: code === 'no-such-node' ? 'unknown-netvm' : code === 'loop' ? 'netvm-loop' : 'bad-netvm',
      severity: 'error',
      message,
      hint: hintOf(fault, setting?.value, topology),
      span: setting?.valueSpan ?? own?.span ?? { from: 0, to: 0 },
    };
  });
}

function hintOf({ code, hint }: UplinkFault, netvm: string | undefined, { nodes }: Topology): string {
  if (code !== 'no-such-node' || netvm === undefined) return hint;
  const near = nearestName(
    netvm,
    nodes.map(({ name }) => name),
  );
  return near === undefined ? hint : `did you mean ${near}?`;
}
