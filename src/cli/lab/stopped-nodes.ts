import { macPlan } from '../../address/mac-plan.ts';
import { portKey } from '../../address/port-key.ts';
import type { NodeStatus, PortStatus } from '../../model/lab-status.ts';
import { isGenerated, type Link, type LinkEnd, type Topology } from '../../model/topology.ts';
import { compareVersions } from '../../model/version-order.ts';

/** The status of a lab that does not run: what the file says, everything stopped. */
export function stoppedNodes(topology: Topology): readonly NodeStatus[] {
  const macs = macPlan(topology);
  const ports = new Map<string, PortStatus[]>();
  for (const link of topology.links) {
    for (const [end, peer, side] of [[link.tail, link.head, 'tail'] as const, [link.head, link.tail, 'head'] as const]) {
      if (end.port === undefined) continue;
      const list = ports.get(end.node) ?? [];
      ports.set(end.node, list);
      list.push(portOf(link, end.port, side, peer, macs.get(portKey(end.node, end.port)) ?? ''));
    }
  }
  return topology.nodes.filter(isGenerated).map((node) => ({
    name: node.name,
    kind: node.kind,
    template: node.template ?? '',
    state: 'stopped',
    ports: (ports.get(node.name) ?? []).sort((a, b) => compareVersions(a.name, b.name)),
  }));
}

function portOf(link: Link, name: string, side: 'tail' | 'head', peer: LinkEnd, mac: string): PortStatus {
  const addresses = (link.attributes[`qn_${side}ip`] ?? '').split(',').map((address) => address.trim());
  return {
    name,
    mac,
    peer: peer.port === undefined ? peer.node : `${peer.node}:${peer.port}`,
    link: link.attributes['qn_link'] === 'off' ? 'off' : 'on',
    carrier: false,
    addresses: addresses.filter((address) => address !== ''),
  };
}
