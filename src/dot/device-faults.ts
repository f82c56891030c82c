import type { Diagnostic } from '../model/diagnostic.ts';
import { NIC, nicsOf, PCI, pciDevicesOf, takesNics, takesPci } from '../model/machine-devices.ts';
import type { Topology, TopologyNode } from '../model/topology.ts';
import type { Graph } from './graph.ts';

/** Devices of the machine that a node cannot have: those of another node, those for another kind of node, and those named like a port. */
export function findDeviceFaults(graph: Graph, topology: Topology): Diagnostic[] {
  const owners = new Map<string, string>();
  return topology.nodes.flatMap((node) =>
    [NIC, PCI].flatMap((attribute) => {
      const span = graph.nodes.get(node.name)?.settings.get(attribute)?.valueSpan;
      if (span === undefined) return [];
      const complaints = attribute === NIC ? nicComplaints(node, topology, owners) : pciComplaints(node, owners);
      return complaints.map(([message, hint]): Diagnostic => ({ code: 'bad-device', severity: 'error', message, hint, span }));
    }),
  );
}

type Complaint = readonly [message: string, hint: string];

function nicComplaints(node: TopologyNode, { links }: Topology, owners: Map<string, string>): Complaint[] {
  const nics = nicsOf(node);
  if (nics.length > 0 && !takesNics(node)) {
    const hint =
      node.kind === 'vm' ? `a virtual machine takes a whole device: ${PCI}` : 'give it to a namespace that provides network';
    return [[`${node.name} is no namespace, so it takes no interface of the machine`, hint]];
  }
  return nics.flatMap((nic): Complaint[] => {
    const owner = ownerOf(nic, node.name, owners);
    if (owner !== undefined)
      return [[`${owner} takes the interface ${nic} of the machine already`, 'give each interface to one node']];
    const isPort = links.some(({ tail, head }) => [tail, head].some((end) => end.node === node.name && end.port === nic));
    return isPort ? [[`${node.name} has a port ${nic} already`, 'the interface keeps its name: name the port otherwise']] : [];
  });
}

function pciComplaints(node: TopologyNode, owners: Map<string, string>): Complaint[] {
  const addresses = pciDevicesOf(node);
  if (addresses.length > 0 && !takesPci(node)) {
    return [
      [`${node.name} is no virtual machine, so it takes no PCI device`, `a namespace takes an interface of the machine: ${NIC}`],
    ];
  }
  return addresses.flatMap((address): Complaint[] => {
    const owner = ownerOf(address, node.name, owners);
    return owner === undefined ? [] : [[`${owner} gets the PCI device ${address} already`, 'give each device to one node']];
  });
}

/** The first to ask has it; undefined for that one. */
function ownerOf(device: string, node: string, owners: Map<string, string>): string | undefined {
  const owner = owners.get(device);
  if (owner === undefined) owners.set(device, node);
  return owner;
}
