import { macPlan } from '../address/mac-plan.ts';
import { type PortPlan, portPlan } from '../address/port-plan.ts';
import type { DriverPort } from '../boundary/driver.ts';
import { HostError } from '../boundary/host-error.ts';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import { isGenerated, type Link } from '../model/topology.ts';
import type { DesiredLab } from '../plan/desired.ts';
import { driverPorts } from './driver-ports.ts';
import { compileLinks, type LabLinks } from './lab-links.ts';
import { NodeRecord } from './node-record.ts';
import type { NodeScript } from './read-scripts.ts';

/** A lab as the engine works with it: its description, compiled for this machine, and what is wanted of it. */
export class Lab {
  readonly spec: LabSpec;
  /** By node name; nodes that run nothing have none. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** By node name; refreshed when nodes are started again. */
  scripts: ReadonlyMap<string, NodeScript>;
  readonly macs: ReadonlyMap<string, string>;
  readonly ports: PortPlan;
  /** By node name, in the order of NODE.yaml. */
  readonly driverPorts: ReadonlyMap<string, readonly DriverPort[]>;
  readonly links: LabLinks;
  readonly linksById: ReadonlyMap<string, Link>;
  /** `NODE:PORT` to the link that the port is an end of. */
  readonly linkOfPort: ReadonlyMap<string, Link>;
  /** Ports that a user unplugged, `NODE:PORT`. */
  readonly unplugged: Set<string> = new Set();

  constructor(spec: LabSpec, scripts: ReadonlyMap<string, NodeScript>, abilities: KernelAbilities, socketFolder: string) {
    this.spec = spec;
    this.scripts = scripts;
    this.records = new Map(spec.topology.nodes.filter(isGenerated).map((node) => [node.name, new NodeRecord(node)]));
    this.macs = macPlan(spec.topology);
    this.ports = portPlan(spec.topology);
    this.links = compileLinks({
      spec,
      abilities,
      macs: this.macs,
      socketFolder,
      takesWires: (node) => scripts.get(node)?.capabilities.wires ?? true,
    });
    this.driverPorts = driverPorts(spec.topology, this.links);
    this.linksById = new Map(spec.topology.links.map((link) => [link.id, link]));
    this.linkOfPort = new Map(
      spec.topology.links.flatMap((link) =>
        [link.tail, link.head].map((end) => [`${end.node}:${end.port ?? ''}`, link] as const),
      ),
    );
    for (const link of spec.topology.links) {
      if (link.attributes['qn_link'] === 'off') this.unplugged.add(`${link.tail.node}:${link.tail.port ?? ''}`);
    }
  }

  /** What should be, for the planner. A node counts as running when `runs` says so. */
  desired(runs: (record: NodeRecord) => boolean): DesiredLab {
    return {
      nodes: [...this.records.values()].map((record) => ({
        name: record.name,
        kind: record.node.kind === 'namespace' ? 'namespace' : 'vm',
        running: runs(record),
      })),
      links: [...this.links.wires].map(([id, { hubPorts }]) => {
        const { tail, head } = this.link(id);
        return {
          id,
          nodes: [tail.node, head.node].filter((node) => this.records.has(node)),
          on: this.isPlugged(id),
          shared: hubPorts.length > 0,
        };
      }),
    };
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
    const { tail, head } = this.link(id);
    return ![tail, head].some((end) => this.unplugged.has(`${end.node}:${end.port ?? ''}`));
  }
}
