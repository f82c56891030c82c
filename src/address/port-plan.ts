import { rememberOutcome } from '../model/remember-outcome.ts';
import { isGenerated, type Link, type Topology, type TopologyNode } from '../model/topology.ts';
import { assignPorts, type PlannedPort, type PortRequest, portNumber } from './port-numbers.ts';
import { linksInWalkingOrder } from './walking-order.ts';

export type NodeService = 'console' | 'monitor' | 'kgdb' | 'ugdb';

/** In the order of their default numbers: 10000 + 10 * i + 0, 1, 2, 3. */
export const nodeServices: readonly NodeService[] = ['console', 'monitor', 'kgdb', 'ugdb'];

/** TCP ports of a node; one is missing when no number is left. */
type NodePorts = Readonly<Partial<Record<NodeService, PlannedPort>>>;

/** UDP ports of the two ends of a link. */
interface LinkPorts {
  readonly tail: PlannedPort;
  readonly head: PlannedPort;
}

export interface PortPlan {
  /** By node name. */
  readonly nodes: ReadonlyMap<string, NodePorts>;
  /** By link id: links whose ends are neither hub nor host nor uplink, and meet a generated node; missing when no number is left. */
  readonly links: ReadonlyMap<string, LinkPorts>;
  /** The multicast port of each hub, by node name. */
  readonly hubs: ReadonlyMap<string, PlannedPort>;
}

const firstTcp = 10_000;
const firstUdp = 20_000;

/**
 * The ports that qeneth would fill in, number for number, as long as they are below 65536 and no two are equal.
 *
 * TCP: the i-th generated node in the file's order, from 0, has 10000 + 10 * i and the three that follow. UDP: one counter from 20000, walking
 * the nodes in order: a hub takes one number; a generated node two for each of its links, head first, the links to later and then those from earlier ends. As in qeneth
 * the counter moves on at both ends of a link and for ports that the file gives, so there are gaps. A number that would be given twice or lies beyond
 * 65535 is replaced by the lowest free one from 10000 (TCP) or 20000 (UDP) on.
 */
export const portPlan: (topology: Topology) => PortPlan = rememberOutcome((topology) => ({
  nodes: tcpPlan(topology),
  ...udpPlan(topology),
}));

function tcpPlan(topology: Topology): ReadonlyMap<string, NodePorts> {
  const nodes = topology.nodes.filter(isGenerated);
  const requests = nodes.flatMap((node, index) =>
    nodeServices.map((service, at) => ({
      asked: portNumber(node.attributes[`qn_${service}`]),
      preferred: firstTcp + 10 * index + at,
    })),
  );
  const planned = assignPorts(requests, firstTcp);
  return new Map(
    nodes.map((node, index) => {
      const own: Partial<Record<NodeService, PlannedPort>> = {};
      for (const [at, service] of nodeServices.entries()) {
        const port = planned[index * nodeServices.length + at];
        if (port !== undefined) own[service] = port;
      }
      return [node.name, own];
    }),
  );
}

type Taker = { readonly hub: TopologyNode } | { readonly link: Link };

function udpPlan(topology: Topology): Pick<PortPlan, 'links' | 'hubs'> {
  const { takers, requests } = udpRequests(topology);
  const planned = assignPorts(requests, firstUdp);
  const links = new Map<string, LinkPorts>();
  const hubs = new Map<string, PlannedPort>();
  let at = 0;
  for (const taker of takers) {
    const first = planned[at++];
    if ('hub' in taker) {
      if (first !== undefined) hubs.set(taker.hub.name, first);
      continue;
    }
    const second = planned[at++];
    if (first !== undefined && second !== undefined) links.set(taker.link.id, { head: first, tail: second });
  }
  return { links, hubs };
}

function udpRequests(topology: Topology): { takers: readonly Taker[]; requests: readonly PortRequest[] } {
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const pointToPoint = (name: string): boolean => {
    const kind = nodes.get(name)?.kind;
    return kind !== 'hub' && kind !== 'host' && kind !== 'internet';
  };
  const linksOf = linksInWalkingOrder(topology);
  const takers: Taker[] = [];
  const requests: PortRequest[] = [];
  const met = new Set<Link>();
  let counter = firstUdp;
  for (const node of topology.nodes) {
    if (node.kind === 'hub') {
      takers.push({ hub: node });
      requests.push({ asked: portNumber(node.attributes['qn_hubport']), preferred: counter++ });
    }
    if (!isGenerated(node)) continue;
    for (const link of linksOf.get(node.name) ?? []) {
      if (!pointToPoint(link.tail.node) || !pointToPoint(link.head.node)) continue;
      const [head, tail] = [counter++, counter++];
      if (met.has(link)) continue;
      met.add(link);
      takers.push({ link });
      requests.push({ asked: portNumber(link.attributes['qn_headport']), preferred: head });
      requests.push({ asked: portNumber(link.attributes['qn_tailport']), preferred: tail });
    }
  }
  return { takers, requests };
}
