import { parseMac } from './mac-address.ts';
import { attributeOf, isGenerated, type Topology, type TopologyNode } from './topology.ts';

/** The value of `qn_netvm` that means no uplink. */
export const NO_NETVM = 'none';

/** The MAC of every client's uplink where nobody chose one (Qubes; specs of its networking, section 1). */
export const CLIENT_MAC = '00:16:3e:5e:6c:00';
/** The MAC of every interface of a provider to a client. */
export const PROVIDER_MAC = 'fe:ff:ff:ff:ff:ff';

/** One node's place in the tree of uplinks. */
export interface UplinkNode {
  readonly name: string;
  /** The provider of its uplink; undefined where it has none, and where what it names cannot be one. */
  readonly netvm: string | undefined;
  readonly providesNetwork: boolean;
  /** The MAC of its uplink, in lower case. */
  readonly mac: string;
  /** Addresses that were chosen; undefined where they follow from the node's number. */
  readonly ip: string | undefined;
  readonly ip6: string | undefined;
  /** Its feature ipv6, or the first one on the way up, is set to something. */
  readonly ipv6: boolean;
  /** Features net.fake-ip, net.fake-gateway and net.fake-netmask. */
  readonly fakeIp: string | undefined;
  readonly fakeGateway: string | undefined;
  readonly fakeNetmask: string | undefined;
  /** Feature routing-method=forward. */
  readonly forwarded: boolean;
}

/** Why a node cannot have the netvm that it names. */
export interface UplinkFault {
  readonly node: string;
  /** The name that it has as its netvm. */
  readonly netvm: string;
  /** Stable: `no-such-node`, `provides-no-network`, `loop`, `in-use`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The attribute at fault, and whether it stands at the graph. */
  readonly attribute: string;
  readonly inherited: boolean;
}

export interface UplinkTree {
  /** All nodes that run something, by name, in the order of the topology. */
  readonly nodes: ReadonlyMap<string, UplinkNode>;
  readonly faults: readonly UplinkFault[];
}

/** The tree is that of a file where nothing of it is said: nobody pays for what nobody uses. */
const NOTHING: UplinkTree = { nodes: new Map(), faults: [] };

/**
 * Who has an uplink to whom (specs of Qubes networking, sections 1 and 2). A node's own `qn_netvm` counts, else that of the graph, else
 * `qn_default_netvm`; `none` means none. A netvm must exist, provide network and not be a client of its client, however far away; one that
 * is not so is a fault, and counts as none.
 */
export function uplinkTree(topology: Topology): UplinkTree {
  const members = topology.nodes.filter(isMember);
  if (!members.some((node) => wantedNetvm(topology, node) !== undefined || provides(topology, node))) return NOTHING;
  const byName = new Map(members.map((node) => [node.name, node]));
  const faults: UplinkFault[] = [];
  const netvms = new Map<string, string>();
  for (const node of members) {
    const wanted = wantedNetvm(topology, node);
    if (wanted === undefined) continue;
    const fault = netvmFault(topology, byName, node, wanted);
    if (fault === undefined) netvms.set(node.name, wanted.name);
    else faults.push(fault);
  }
  for (const [name] of netvms) {
    const loop = loopAt(netvms, name);
    if (loop === undefined) continue;
    const node = byName.get(name);
    const wanted = node && wantedNetvm(topology, node);
    if (wanted !== undefined) faults.push(loopFault(name, loop, wanted));
  }
  for (const { node, code } of faults) if (code === 'loop') netvms.delete(node);
  const nodes = members.map((node) => [node.name, uplinkNode(topology, node, netvms, byName)] as const);
  return { nodes: new Map(nodes), faults };
}

/** Whether the node takes part: it has an uplink, or others may have one to it. */
export function isNetworked({ netvm, providesNetwork }: UplinkNode): boolean {
  return netvm !== undefined || providesNetwork;
}

/** Nodes that need a number: those that run something, and the machine where it has an uplink. */
export function numberedNodes({ nodes }: Topology): readonly string[] {
  const numbered = nodes.filter((node) => isGenerated(node) || (node.kind === 'host' && isMember(node)));
  return numbered.map(({ name }) => name);
}

/** The clients of a provider, in the order of their names. */
export function clientsOf({ nodes }: UplinkTree, provider: string): readonly UplinkNode[] {
  return [...nodes.values()].filter(({ netvm }) => netvm === provider).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The way from a node up to the end: its netvm first. */
export function providersOf({ nodes }: UplinkTree, name: string): readonly string[] {
  const way: string[] = [];
  for (let at = nodes.get(name)?.netvm; at !== undefined; at = nodes.get(at)?.netvm) way.push(at);
  return way;
}

/** The machine itself takes part where it says so: what the graph gives to all nodes is not meant for it. */
function isMember({ attributes, kind }: TopologyNode): boolean {
  return kind === 'vm' || kind === 'namespace' || kind === 'internet' || (kind === 'host' && Boolean(attributes['qn_netvm']));
}

interface WantedNetvm {
  readonly name: string;
  readonly attribute: 'qn_netvm' | 'qn_default_netvm';
  readonly inherited: boolean;
}

function wantedNetvm({ attributes }: Topology, node: TopologyNode): WantedNetvm | undefined {
  if (node.kind === 'internet') return undefined;
  const own = node.attributes['qn_netvm'];
  const inherited = attributes['qn_netvm'] || attributes['qn_default_netvm'];
  const name = own || inherited;
  if (!name || name === NO_NETVM) return undefined;
  const attribute = own || attributes['qn_netvm'] ? 'qn_netvm' : 'qn_default_netvm';
  return { name, attribute, inherited: !own };
}

function provides(topology: Topology, node: TopologyNode): boolean {
  return node.kind === 'internet' || attributeOf(topology, node, 'qn_provides_network') === 'true';
}

function netvmFault(
  topology: Topology,
  byName: ReadonlyMap<string, TopologyNode>,
  { name }: TopologyNode,
  { name: netvm, ...where }: WantedNetvm,
): UplinkFault | undefined {
  const provider = byName.get(netvm);
  if (provider === undefined && topology.nodes.some((node) => node.name === netvm)) {
    return {
      node: name,
      netvm,
      code: 'provides-no-network',
      message: `${name} has ${netvm} as its netvm, which runs nothing that could provide network`,
      hint: `name a virtual machine or a namespace, or ${NO_NETVM}`,
      ...where,
    };
  }
  if (provider === undefined) {
    return {
      node: name,
      netvm,
      code: 'no-such-node',
      message: `${name} has ${netvm} as its netvm, and there is no such node`,
      hint: `name a node that provides network, or ${NO_NETVM}`,
      ...where,
    };
  }
  if (provides(topology, provider)) return undefined;
  return {
    node: name,
    netvm,
    code: 'provides-no-network',
    message: `${name} has ${netvm} as its netvm, which does not provide network`,
    hint: `give ${netvm} qn_provides_network="true", or name another node`,
    ...where,
  };
}

/** The way from a node back to itself; undefined where there is none. */
function loopAt(netvms: ReadonlyMap<string, string>, name: string): readonly string[] | undefined {
  const way = [name];
  for (let at = netvms.get(name); at !== undefined; at = netvms.get(at)) {
    way.push(at);
    if (at === name) return way;
    if (way.length > netvms.size + 1) return undefined;
  }
  return undefined;
}

function loopFault(node: string, way: readonly string[], { attribute, inherited, name: netvm }: WantedNetvm): UplinkFault {
  const message =
    way.length === 2 ? `${node} would be its own netvm` : `the uplink of ${node} leads back to it: ${way.join(' - ')}`;
  return { node, netvm, code: 'loop', message, hint: `give one of them another netvm, or ${NO_NETVM}`, attribute, inherited };
}

function uplinkNode(
  topology: Topology,
  node: TopologyNode,
  netvms: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, TopologyNode>,
): UplinkNode {
  const { name, attributes } = node;
  const feature = (key: string) => attributes[`feature.${key}`] || undefined;
  return {
    name,
    netvm: netvms.get(name),
    providesNetwork: provides(topology, node),
    mac: parseMac(attributes['qn_mac'] ?? '') ?? CLIENT_MAC,
    ip: attributes['qn_ip'] || undefined,
    ip6: attributes['qn_ip6'] || undefined,
    ipv6: hasIpv6(node, netvms, byName),
    fakeIp: feature('net.fake-ip'),
    fakeGateway: feature('net.fake-gateway'),
    fakeNetmask: feature('net.fake-netmask'),
    forwarded: feature('routing-method') === 'forward',
  };
}

/** The first feature on the way up decides; an empty one says no. */
function hasIpv6(node: TopologyNode, netvms: ReadonlyMap<string, string>, byName: ReadonlyMap<string, TopologyNode>): boolean {
  for (let at: TopologyNode | undefined = node; at !== undefined; at = byName.get(netvms.get(at.name) ?? '')) {
    const feature = at.attributes['feature.ipv6'];
    if (feature !== undefined) return feature !== '';
  }
  return false;
}
