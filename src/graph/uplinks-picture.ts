import { firewallOf } from '../model/firewall-of.ts';
import type { LabStatus } from '../model/lab-status.ts';
import { FIREWALL } from '../model/parse-firewall.ts';
import { type PortForwardWays, portForwardWays } from '../model/port-forward-ways.ts';
import { portForwardText } from '../model/port-forward-wish.ts';
import { attributeOf, type Topology, type TopologyNode } from '../model/topology.ts';
import { isNetworked, uplinkTree } from '../model/uplink-tree.ts';
import { type DrawnUplink, type Picture, type PictureLink, pictureOf } from './picture.ts';

/** What a picture of uplinks is made of beside the topology. */
export interface UplinkFacts {
  readonly uplinks: readonly DrawnUplink[];
  /** Of nodes that have no uplink: what their clients have as gateway. */
  readonly gateways: ReadonlyMap<string, readonly string[]>;
  /** Seconds since 1970: rules that have expired do not count. */
  readonly now: number;
}

/**
 * The tree of uplinks, providers above their clients: the nodes that have part in it, with their states, firewalls and forwarded ports; and
 * the uplinks, with interfaces and the addresses of the client.
 */
export function uplinksPictureOf(topology: Topology, status: LabStatus | undefined, facts: UplinkFacts): Picture {
  const tree = uplinkTree(topology);
  const drawn = new Set(facts.uplinks.flatMap(({ client, provider }) => [client, provider]));
  for (const node of tree.nodes.values()) if (isNetworked(node)) drawn.add(node.name);
  const nodes = topology.nodes.filter(({ name }) => drawn.has(name));
  const ways = portForwardWays(topology, tree);
  const picture = pictureOf({ ...topology, nodes: nodes.map(withoutLabelPorts), links: [] }, status, facts.uplinks);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return {
    ...picture,
    nodes: picture.nodes.map((shown) => {
      const node = byName.get(shown.name);
      const netvm = tree.nodes.get(shown.name)?.netvm;
      const details = [
        ...(facts.gateways.get(shown.name) ?? []),
        ...(node === undefined || netvm === undefined ? [] : [firewallLine(topology, node, facts.now)]),
        ...forwardLines(ways, shown.name),
      ];
      const caption = shown.state === 'running' ? `${shown.caption}, running` : shown.caption;
      return { ...shown, caption, details };
    }),
    links: picture.links.map((link) => ({ ...link, label: labelOf(link, facts.uplinks) })),
  };
}

function withoutLabelPorts(node: TopologyNode): TopologyNode {
  return { ...node, labelPorts: [] };
}

function labelOf({ head, tail, uplink }: PictureLink, uplinks: readonly DrawnUplink[]): readonly string[] {
  const drawn = uplinks.find(({ client, provider }) => client === head && provider === tail);
  const addresses = drawn?.addresses ?? [];
  const family = addresses.length === 1 ? ['no IPv6'] : [];
  return [...addresses, ...family, ...(uplink === 'waiting' ? ['waits'] : [])];
}

function firewallLine(topology: Topology, node: TopologyNode, now: number): string {
  if (attributeOf(topology, node, FIREWALL) === undefined) return 'firewall: default';
  const { length } = firewallOf(topology, node, now);
  return `firewall: ${length === 1 ? '1 rule' : `${length} rules`}`;
}

/** What the node opens for others, and what is forwarded to it. */
function forwardLines({ faults, ways }: PortForwardWays, name: string): readonly string[] {
  return [
    ...ways.flatMap(({ providers: [first], target, wish: { port, proto, targetPort } }) =>
      first === name ? [`${proto} ${port} to ${target}:${targetPort}`] : [],
    ),
    ...ways.flatMap(({ providers: [first], target, wish }) =>
      target === name ? [portForwardText({ ...wish, provider: first })] : [],
    ),
    ...faults.flatMap(({ node, wish }) => (node === name ? [`${portForwardText(wish)} waits`] : [])),
  ];
}
