import type { DriverPort } from '../../boundary/driver.ts';
import type { Topology } from '../../model/topology.ts';
import { compareVersions } from '../../model/version-order.ts';
import type { LabLinks } from '../links/lab-links.ts';

/** The ports of every node with links, each node's in the order of its NODE.yaml: version order. */
export function driverPorts(topology: Topology, { wires }: LabLinks): ReadonlyMap<string, readonly DriverPort[]> {
  const ports = new Map<string, DriverPort[]>();
  for (const link of topology.links) {
    const wire = wires.get(link.id);
    for (const [side, { node, port }] of [link.tail, link.head].entries()) {
      if (port === undefined) continue;
      const plug = wire?.ends[side]?.plug;
      const own = { name: port, netdev: plug?.netdev, descriptor: plug?.descriptor };
      const known = ports.get(node);
      if (known === undefined) ports.set(node, [own]);
      else known.push(own);
    }
  }
  for (const list of ports.values()) list.sort((a, b) => compareVersions(a.name, b.name));
  return ports;
}
