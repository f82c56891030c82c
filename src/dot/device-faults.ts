import type { Diagnostic } from '../model/diagnostic.ts';
import { NIC, nicsOf, takesNics } from '../model/machine-devices.ts';
import type { Topology, TopologyNode } from '../model/topology.ts';
import type { Graph } from './graph.ts';

/** Devices of the machine that a node cannot have: those of another node, those of another kind of node, and those named like a port. */
export function findDeviceFaults(graph: Graph, { links, nodes }: Topology): Diagnostic[] {
  const owners = new Map<string, string>();
  return nodes.flatMap((node) => {
    const setting = graph.nodes.get(node.name)?.settings.get(NIC);
    if (setting === undefined) return [];
    const fault = (message: string, hint: string): Diagnostic => ({
      ...{ code: 'bad-device', severity: 'error', span: setting.valueSpan },
      ...{ message, hint },
    });
    if (!takesNics(node) && nicsOf(node).length > 0)
      return [fault(`${node.name} is no namespace, so it takes no interface of the machine`, hintOf(node))];
    return nicsOf(node).flatMap((nic) => {
      const owner = owners.get(nic);
      owners.set(nic, owner ?? node.name);
      if (owner !== undefined)
        return [fault(`${owner} takes the interface ${nic} of the machine already`, 'give each interface to one node')];
      const isPort = links.some(({ tail, head }) => [tail, head].some((end) => end.node === node.name && end.port === nic));
      return isPort
        ? [fault(`${node.name} has a port ${nic} already`, 'the interface keeps its name: name the port otherwise')]
        : [];
    });
  });
}

function hintOf({ kind }: TopologyNode): string {
  return kind === 'internet'
    ? 'its way out is the machine\u2019s own; give the interface to a namespace that provides network'
    : 'give it qn_kind="namespace"';
}
