import { nodeServices, type PortPlan } from '../address/port-plan.ts';
import { type Attributes, isGenerated, type Link, type Topology, type TopologyNode } from '../model/topology.ts';

/**
 * The topology with every default filled in as attributes, which is what `topology.dot` shows: templates and TCP ports on generated nodes, the
 * multicast port on hubs, UDP ports and TAP names on links. What the file says stays as it is; completing twice changes nothing.
 */
export function completeTopology(topology: Topology, ports: PortPlan): Topology {
  const kinds = new Map(topology.nodes.map((node) => [node.name, node.kind]));
  return {
    ...topology,
    nodes: topology.nodes.map((node) => ({ ...node, attributes: filled(node.attributes, nodeDefaults(node, ports)) })),
    links: topology.links.map((link) => ({
      ...link,
      attributes: filled(link.attributes, linkDefaults(topology, link, kinds, ports)),
    })),
  };
}

type Defaults = readonly (readonly [name: string, value: string | undefined])[];

function filled(own: Attributes, defaults: Defaults): Attributes {
  const missing = defaults.filter(([name, value]) => value !== undefined && !own[name]);
  return missing.length === 0 ? own : (Object.fromEntries([...Object.entries(own), ...missing]) as Attributes);
}

function nodeDefaults(node: TopologyNode, ports: PortPlan): Defaults {
  if (node.kind === 'hub') return [['qn_hubport', ports.hubs.get(node.name)?.port.toString()]];
  if (!isGenerated(node)) return [];
  const own = ports.nodes.get(node.name);
  return [
    ['qn_template', node.template],
    ...nodeServices.map((service) => [`qn_${service}`, own?.[service]?.port.toString()] as const),
  ];
}

function linkDefaults(
  topology: Topology,
  link: Link,
  kinds: ReadonlyMap<string, TopologyNode['kind']>,
  ports: PortPlan,
): Defaults {
  const atHost = [link.head, link.tail].find(({ node }) => kinds.get(node) === 'host');
  if (atHost !== undefined) return [['qn_tap', topology.attributes['qn_tap'] || atHost.port]];
  const planned = ports.links.get(link.id);
  return [
    ['qn_headport', planned?.head.port.toString()],
    ['qn_tailport', planned?.tail.port.toString()],
  ];
}
