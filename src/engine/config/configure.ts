import { portKey } from '../../address/port-key.ts';
import { isNamespace } from '../../model/topology.ts';
import type { Lab } from '../lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';
import type { NodeConfig } from './node-config.ts';

/** Configures the interfaces of namespace nodes at these links, which were just made or came up again. */
export async function configureLinks(config: NodeConfig, lab: Lab, links: readonly string[]): Promise<void> {
  const ends = links.flatMap((id) => [lab.link(id).tail, lab.link(id).head]);
  const machine = lab.spec.topology.nodes.find(({ kind }) => kind === 'host')?.name;
  for (const { node, port } of ends) if (node === machine && port !== undefined) await config.machineInterface(node, port);
  await config.interfacesAppeared(
    ends.flatMap(({ node: name, port }) => {
      const node = lab.records.get(name);
      if (node === undefined || !isNamespace(node.node) || port === undefined) return [];
      return { node, port, mac: lab.macs.get(portKey(name, port)) };
    }),
  );
}

/** Configures a guest that has just become ready; namespaces are configured with their links. */
export async function configureGuest(config: NodeConfig, lab: Lab, node: NodeRecord): Promise<void> {
  if (isNamespace(node.node) || configuresItself(lab, node)) return;
  const ports = lab.driverPorts.get(node.name) ?? [];
  await config.guestReady(
    node,
    ports.map(({ name: port }) => ({ port, mac: lab.macs.get(portKey(node.name, port)) })),
  );
}

/** By cloud-init; one that provides network has rules to load, and is told. */
function configuresItself(lab: Lab, { name }: NodeRecord): boolean {
  return lab.scripts.get(name)?.capabilities.seeded === true && !lab.parts.routed.isProvider(name);
}

/** An interface went; `node` may be any namespace's name. */
export async function forgetInterface(config: NodeConfig, lab: Lab, node: string, port: string): Promise<void> {
  const record = lab.records.get(node);
  await (record === undefined ? config.nodeGone(node) : config.interfaceGone(record, port));
}
