import { macPlan } from '../address/mac-plan.ts';
import { portKey } from '../address/port-key.ts';
import { type PortPlan, portPlan } from '../address/port-plan.ts';
import type { DriverPort } from '../boundary/driver.ts';
import { HostError } from '../boundary/host-error.ts';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import { type Conditions, conditionsOf, type LinkConditions } from '../model/link-conditions.ts';
import { isGenerated, isNamespace, type Link, type LinkEnd, type Topology } from '../model/topology.ts';
import type { DesiredLab, DesiredNode, DesiredPlug } from '../plan/desired.ts';
import type { Wire } from '../wires/wire.ts';
import { conditionsText } from './links/conditions-text.ts';
import { compileLinks, type LabLinks } from './links/lab-links.ts';
import type { MomentaryLinks } from './links/momentary-links.ts';
import { driverPorts } from './nodes/driver-ports.ts';
import { NodeRecord } from './nodes/node-record.ts';
import type { NodeScript } from './nodes/read-scripts.ts';
import type { RoutedLab } from './uplinks/routed-lab.ts';

/** What a lab is compiled from. */
export interface LabParts {
  /** The desired topology, with every MAC that is not the rule's written out; without links of connections. */
  readonly spec: LabSpec;
  /** Links of `attach-network-to`: they are plugged while nodes run, and no script knows of them. */
  readonly connections: readonly Link[];
  /** By node name. */
  readonly scripts: ReadonlyMap<string, NodeScript>;
  readonly abilities: KernelAbilities;
  /** An existing private folder for sockets between VMs. */
  readonly socketFolder: string;
  readonly momentary: MomentaryLinks;
  readonly routed: RoutedLab;
  /** What the lab was before: wires that have not changed are kept; of records nothing is touched until `follow`. */
  readonly before?: Lab | undefined;
}

/** What decides what a lab should be, beyond its description. */
export interface Wishes {
  /** Whether a node counts as running. */
  readonly runs: (record: NodeRecord) => boolean;
  readonly paused: (node: string) => boolean;
  /** Why a process that runs is not the one that is wanted. */
  readonly outdated: (node: string) => string | undefined;
  /** The wire as it was last made, where that is known. */
  readonly made: (link: string) => Wire | undefined;
}

/** A lab as the engine works with it: its description, compiled for this machine. */
export class Lab {
  #records: ReadonlyMap<string, NodeRecord>;
  #ports: PortPlan | undefined;
  /** What it was compiled from; not what it was before. */
  readonly parts: LabParts;
  /** The description, links of connections included. */
  readonly spec: LabSpec;
  /** By node name; refreshed when nodes are started again. */
  scripts: ReadonlyMap<string, NodeScript>;
  readonly macs: ReadonlyMap<string, string>;
  readonly links: LabLinks;
  readonly linksById: ReadonlyMap<string, Link>;
  #driverPorts: ReadonlyMap<string, readonly DriverPort[]> | undefined;
  #linkOfPort: ReadonlyMap<string, Link> | undefined;

  constructor(parts: LabParts) {
    const { spec, connections, scripts, abilities, socketFolder, before } = parts;
    this.parts = { ...parts, before: undefined };
    const { topology } = spec;
    this.scripts = scripts;
    this.spec =
      connections.length === 0 ? spec : { ...spec, topology: { ...topology, links: [...topology.links, ...connections] } };
    this.#records = recordsOf(parts);
    this.macs = macsOf(topology, connections);
    this.links = compileLinks({
      spec: this.spec,
      abilities,
      macs: this.macs,
      socketFolder,
      takesWires: (node) => scripts.get(node)?.capabilities.wires ?? true,
      before: before !== undefined && sameNatures(before, parts) ? before : undefined,
    });
    this.linksById = new Map(this.spec.topology.links.map((link) => [link.id, link]));
  }

  /** By node name; nodes that run nothing have none. */
  get records(): ReadonlyMap<string, NodeRecord> {
    return this.#records;
  }

  /** The record of a node that can run; HostError `no-such-node` otherwise. */
  record(name: string): NodeRecord {
    const record = this.#records.get(name);
    if (record === undefined) throw new HostError('no-such-node', `the lab has no node ${name} that runs something`);
    return record;
  }

  /** The same of several; all that run something, where none is named. */
  select(names: readonly string[] | undefined): readonly NodeRecord[] {
    if (names === undefined || names.length === 0) return [...this.#records.values()];
    return names.map((name) => this.record(name));
  }

  /** TCP and UDP ports; found out when somebody asks. */
  get ports(): PortPlan {
    this.#ports ??= portPlan(this.parts.spec.topology);
    return this.#ports;
  }

  /** By node name, in the order of NODE.yaml: what a script starts with; found out when somebody asks. */
  get driverPorts(): ReadonlyMap<string, readonly DriverPort[]> {
    this.#driverPorts ??= driverPorts(this.parts.spec.topology, this.links);
    return this.#driverPorts;
  }

  /** `NODE:PORT` to the link that the port is an end of; found out when somebody asks. */
  get linkOfPort(): ReadonlyMap<string, Link> {
    this.#linkOfPort ??= new Map(
      this.spec.topology.links.flatMap((link) =>
        [link.tail, link.head].map((end) => [portKey(end.node, end.port ?? ''), link] as const),
      ),
    );
    return this.#linkOfPort;
  }

  /** Makes of a tentative lab the one that follows `before`: its nodes keep their records. */
  follow(before: Lab): this {
    const records = [...this.records].map(([name, record]) => {
      const known = before.records.get(name);
      if (known !== undefined) known.node = record.node;
      return [name, known ?? record] as const;
    });
    this.#records = new Map(records);
    return this;
  }

  /** What should be, for the planner. */
  desired(wishes: Wishes): DesiredLab {
    return {
      nodes: [...this.records.values()].map((record) => this.#desiredNode(record, wishes)),
      links: [...this.links.wires].map(([id, wire]) => {
        const link = this.link(id);
        const made = wishes.made(id);
        return {
          id,
          nodes: [link.tail.node, link.head.node].filter((node) => this.#records.has(node)),
          on: this.isPlugged(id),
          shared: wire.hubPorts.length > 0,
          conditions: conditionsText(link, this.conditions(id)),
          ...(made === undefined || made === wire ? {} : { settings: settingsOf(wire) }),
          plugs: this.plugsOf(wire),
        };
      }),
    };
  }

  /** The network devices that a wire gives to virtual machines. */
  plugsOf(wire: Wire): readonly DesiredPlug[] {
    return wire.ends.flatMap(({ node, port, plug }) => {
      if (port === undefined || plug === undefined) return [];
      const mac = this.macs.get(portKey(node, port)) ?? '';
      return [{ node, port, mac, place: placeOf(plug) }];
    });
  }

  link(id: string): Link {
    const link = this.linksById.get(id);
    if (link === undefined) throw new Error(`no link ${id}`);
    return link;
  }

  /** The links at these ports, `NODE:PORT`; all where left out. Throws a HostError `no-such-port`. */
  linksAt(ports: readonly string[] | undefined): readonly string[] {
    if (ports === undefined) return [...this.linksById.keys()];
    const links = ports.map((port) => {
      const link = this.linkOfPort.get(port);
      if (link === undefined) throw new HostError('no-such-port', `there is no port ${port} with a link`);
      return link.id;
    });
    return [...new Set(links)];
  }

  isPlugged(id: string): boolean {
    return this.parts.momentary.plugged.get(id) ?? this.link(id).attributes['qn_link'] !== 'off';
  }

  /** What a link is to do to frames, now. */
  conditions(id: string): LinkConditions {
    const { tail, head, attributes } = this.link(id);
    const wanted = conditionsOf(attributes);
    const { cuts } = this.parts.momentary;
    const now = (conditions: Conditions, end: LinkEnd) => withCut(conditions, cuts.get(portKey(end.node, end.port ?? '')));
    return cuts.size === 0 ? wanted : { tail: now(wanted.tail, tail), head: now(wanted.head, head) };
  }

  #desiredNode(record: NodeRecord, { runs, paused, outdated }: Wishes): DesiredNode {
    const { name } = record;
    return {
      name,
      kind: isNamespace(record.node) ? 'namespace' : 'vm',
      running: runs(record),
      paused: paused(name),
      outdated: outdated(name),
    };
  }
}

/** The rule counts nodes with links, so it looks at the topology alone; links of connections say their MACs themselves. */
function macsOf(topology: Topology, connections: readonly Link[]): ReadonlyMap<string, string> {
  const macs = new Map<string, string>(macPlan(topology));
  for (const { tail, head, attributes } of connections) {
    macs.set(portKey(tail.node, tail.port ?? ''), attributes['qn_tailmac'] ?? '');
    macs.set(portKey(head.node, head.port ?? ''), attributes['qn_headmac'] ?? '');
  }
  return macs;
}

function withCut({ cut, ...others }: Conditions, momentary: boolean | undefined): Conditions {
  return (momentary ?? cut === true) ? { ...others, cut: true } : others;
}

/** Two wires with the same text bring the kernel to the same state. */
export function settingsOf(wire: Wire): string {
  return JSON.stringify(wire.setUp);
}

/** Where a network device is connected: its TAP, or its sockets. */
export function placeOf({ netdev, descriptor }: NonNullable<Wire['ends'][number]['plug']>): string {
  return descriptor === undefined ? netdev : `${descriptor.netns}/${descriptor.name}`;
}

function recordsOf({ spec, before }: LabParts): ReadonlyMap<string, NodeRecord> {
  return new Map(
    spec.topology.nodes.filter(isGenerated).map((node) => {
      const known = before?.records.get(node.name);
      if (known === undefined) return [node.name, new NodeRecord(node)];
      if (known.node === node) return [node.name, known];
      return [node.name, known.as(node)];
    }),
  );
}

/** Wires depend on what the nodes at their ends are. */
function sameNatures(before: Lab, { spec, scripts }: LabParts): boolean {
  const kinds = new Map(before.spec.topology.nodes.map(({ name, kind }) => [name, kind]));
  const wires = (of: ReadonlyMap<string, NodeScript>, name: string) => of.get(name)?.capabilities.wires ?? true;
  return spec.topology.nodes.every(({ name, kind }) => {
    const known = kinds.get(name);
    return known === undefined || (known === kind && wires(before.scripts, name) === wires(scripts, name));
  });
}
