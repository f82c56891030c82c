import { portKey } from '../../address/port-key.ts';
import type { InterfaceState } from '../../boundary/kernel.ts';
import type { LabStatus, NodeState, NodeStatus, PortStatus } from '../../model/lab-status.ts';
import type { LinkEnd } from '../../model/topology.ts';
import { compareVersions } from '../../model/version-order.ts';
import type { Lab } from '../lab.ts';
import { addressesOf } from '../links/lab-links.ts';
import type { NodeRecord } from '../nodes/node-record.ts';

/** What a status shows beyond the lab itself. */
export interface StatusFacts {
  readonly engine: number;
  /** TCP ports that listen on 127.0.0.1 now, by `NODE/console` and `NODE/monitor`. */
  readonly listening: ReadonlyMap<string, number>;
  /** Carrier of links, as the engine last drove it. */
  readonly carrier: ReadonlyMap<string, boolean>;
  /** Nodes that stand still. */
  readonly paused: ReadonlySet<string>;
  /** Interfaces of namespace nodes; undefined leaves ports out of the status. */
  readonly interfaces: readonly InterfaceState[] | undefined;
}

export function statusOf(lab: Lab, facts: StatusFacts): LabStatus {
  const interfaces = new Map(facts.interfaces?.map((found) => [`${found.netns}:${found.name}`, found]));
  const ports = facts.interfaces === undefined ? undefined : portsByNode(lab, facts, interfaces);
  return {
    lab: lab.spec.name,
    directory: lab.spec.directory,
    engine: facts.engine,
    nodes: [...lab.records.values()].map((record) => nodeStatus(record, facts, ports?.get(record.name) ?? [])),
  };
}

function stateOf(record: NodeRecord, paused: ReadonlySet<string>): NodeState {
  if (record.process !== undefined && paused.has(record.name)) return 'paused';
  if (record.process !== undefined) return record.ready ? 'running' : 'starting';
  return record.wanted ? 'lost' : 'stopped';
}

function nodeStatus(record: NodeRecord, { listening, paused }: StatusFacts, ports: readonly PortStatus[]): NodeStatus {
  const console = listening.get(`${record.name}/console`);
  const monitor = listening.get(`${record.name}/monitor`);
  return {
    name: record.name,
    kind: record.node.kind,
    template: record.node.template ?? '',
    state: stateOf(record, paused),
    ...(record.process === undefined ? {} : { pid: record.process.hostPid }),
    ...(console === undefined ? {} : { console }),
    ...(monitor === undefined ? {} : { monitor }),
    ports,
    ...(record.reason === undefined || record.ready ? {} : { reason: record.reason }),
  };
}

function portsByNode(lab: Lab, facts: StatusFacts, interfaces: ReadonlyMap<string, InterfaceState>): Map<string, PortStatus[]> {
  const ports = new Map<string, PortStatus[]>();
  for (const link of lab.spec.topology.links) {
    for (const [side, own, peer] of [['tail', link.tail, link.head] as const, ['head', link.head, link.tail] as const]) {
      const record = lab.records.get(own.node);
      if (record === undefined || own.port === undefined) continue;
      const found = interfaces.get(portKey(own.node, own.port));
      const status: PortStatus = {
        name: own.port,
        mac: found?.mac ?? lab.macs.get(portKey(own.node, own.port)) ?? '',
        peer: endText(peer),
        link: lab.isPlugged(link.id) ? 'on' : 'off',
        carrier:
          record.process !== undefined && (found?.carrier ?? facts.carrier.get(link.id) ?? lab.links.selfWired.has(link.id)),
        addresses: addressesOf(link, side),
      };
      const known = ports.get(own.node);
      if (known === undefined) ports.set(own.node, [status]);
      else known.push(status);
    }
  }
  for (const list of ports.values()) list.sort((a, b) => compareVersions(a.name, b.name));
  return ports;
}

function endText(end: LinkEnd): string {
  return end.port === undefined ? end.node : `${end.node}:${end.port}`;
}
