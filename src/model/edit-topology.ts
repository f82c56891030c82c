import { ATTACH_NETWORK_TO, parseAttachNetworkTo } from './attach-network-to.ts';
import type { AttributeChanges, Change, ChangedEnd } from './change.ts';
import { interfaceNameFault } from './interface-name.ts';
import { FIREWALL, parseFirewall } from './parse-firewall.ts';
import { FORWARD, parsePortForwards } from './parse-port-forwards.ts';
import { faultsText, type TextFault } from './text-fault.ts';
import type { Attributes, Link, NodeKind, Topology, TopologyNode } from './topology.ts';
import { withAttributes } from './topology-changes.ts';

/** Why a change cannot be made; nothing of it was. */
export interface EditFault {
  /** Stable: `no-such-node`, `no-such-port`, `no-such-link`, `exists`, `in-use`, `bad-value`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What only one node can have, so that a clone begins without it. */
const ownAlone: ReadonlySet<string> = new Set([
  'qn_basemac',
  'qn_console',
  'qn_monitor',
  'qn_kgdb',
  'qn_ugdb',
  'qn_hubport',
  'qn_mac',
  'qn_ip',
  'qn_ip6',
  FORWARD,
  'label',
  'pos',
]);

/** The topology with one change made to it, or why it cannot be made. */
export function editTopology(topology: Topology, change: Change): Topology | EditFault {
  switch (change.change) {
    case 'create':
      return addNode(topology, newNode(change.node, change.kind, change.template, change.attributes));
    case 'clone':
      return cloneNode(topology, change.from, change.node);
    case 'remove':
      return removeNode(topology, change.node);
    case 'node':
      return changeNode(topology, change.node, change.attributes);
    case 'graph':
      return changeGraph(topology, change.attributes);
    case 'attach':
      return attach(topology, change.tail, change.head, change.attributes);
    case 'detach':
      return detach(topology, change.link);
    case 'link':
      return changeLink(topology, change.link, change.attributes);
  }
}

export function isFault(outcome: Topology | EditFault): outcome is EditFault {
  return 'code' in outcome;
}

function newNode(name: string, kind: NodeKind, template: string | undefined, attributes: Attributes): TopologyNode {
  const own = { ...(template === undefined ? {} : { qn_template: template }), ...attributes };
  return { name, kind, template, attributes: kind === 'namespace' ? { qn_kind: kind, ...own } : own, labelPorts: [] };
}

function addNode(topology: Topology, node: TopologyNode): Topology | EditFault {
  if (!/^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,63}$/.test(node.name)) {
    return fault(
      'bad-value',
      `${node.name} cannot name a node`,
      '1 to 64 letters, digits and . _ - +, not beginning with . or -',
    );
  }
  if (topology.nodes.some(({ name }) => name === node.name)) {
    return fault('exists', `there is a node ${node.name} already`, 'choose another name');
  }
  const wrong = valueFault(node.name, node.attributes);
  if (wrong !== undefined) return wrong;
  return { ...topology, nodes: [...topology.nodes, node] };
}

function cloneNode(topology: Topology, from: string, name: string): Topology | EditFault {
  const source = topology.nodes.find((node) => node.name === from);
  if (source === undefined) return noNode(topology, from);
  const attributes = Object.fromEntries(Object.entries(source.attributes).filter(([key]) => !ownAlone.has(key)));
  return addNode(topology, { ...source, name, attributes, labelPorts: [] });
}

function removeNode(topology: Topology, name: string): Topology | EditFault {
  if (!topology.nodes.some((node) => node.name === name)) return noNode(topology, name);
  return {
    ...topology,
    nodes: topology.nodes.filter((node) => node.name !== name),
    links: topology.links.filter(({ tail, head }) => tail.node !== name && head.node !== name),
  };
}

function changeNode(topology: Topology, name: string, attributes: AttributeChanges): Topology | EditFault {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) return noNode(topology, name);
  const wrong = valueFault(name, attributes);
  if (wrong !== undefined) return wrong;
  const changed = { ...node, attributes: withAttributes(node.attributes, attributes) };
  return { ...topology, nodes: topology.nodes.map((each) => (each === node ? changed : each)) };
}

function changeGraph(topology: Topology, attributes: AttributeChanges): Topology | EditFault {
  const wrong = valueFault('the lab', attributes);
  if (wrong !== undefined) return wrong;
  return { ...topology, attributes: withAttributes(topology.attributes, attributes) };
}

/** All that is wrong with values that have a grammar of their own: the first such value, in one sentence. */
function valueFault(name: string, attributes: AttributeChanges): EditFault | undefined {
  const given = (attribute: string) => attributes[attribute] ?? '';
  const [attached, rules, forwards] = [given(ATTACH_NETWORK_TO), given(FIREWALL), given(FORWARD)];
  return (
    faultOf(`attach-network-to of ${name}`, attached, parseAttachNetworkTo(attached, name).faults) ??
    faultOf(`firewall of ${name}`, rules, parseFirewall(rules).faults) ??
    faultOf(`forwarded ports of ${name}`, forwards, parsePortForwards(forwards, name).faults)
  );
}

function faultOf(what: string, value: string, faults: readonly TextFault[]): EditFault | undefined {
  const [first] = faults;
  return first && fault('bad-value', `${what}: ${faultsText(value, faults)}`, first.hint);
}

function attach(topology: Topology, one: ChangedEnd, other: ChangedEnd, attributes: Attributes): Topology | EditFault {
  for (const end of [one, other]) {
    const wrong = endFault(topology, end);
    if (wrong !== undefined) return wrong;
  }
  const [tail, head] = [withoutHubPort(topology, one), withoutHubPort(topology, other)];
  if (tail.node === head.node && tail.port === head.port) {
    return fault('bad-value', `${endText(tail)} cannot be attached to itself`, 'join it to another port');
  }
  const link: Link = { id: `${endText(tail)}--${endText(head)}`, tail, head, attributes };
  if (topology.links.some(({ id }) => id === link.id)) {
    return fault('exists', `there is a link ${link.id} already`, 'one link joins two hubs');
  }
  return { ...topology, links: [...topology.links, link] };
}

/** Ports of hubs have no names. */
function withoutHubPort({ nodes }: Topology, end: ChangedEnd): ChangedEnd {
  const isHub = nodes.some(({ name, kind }) => name === end.node && kind === 'hub');
  return isHub ? { node: end.node, port: undefined } : end;
}

function endFault(topology: Topology, { node: name, port }: ChangedEnd): EditFault | undefined {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) return noNode(topology, name);
  if (node.kind === 'hub') return undefined;
  if (port === undefined) return fault('bad-value', `which port of ${name}?`, `write ${name}:PORT, such as ${name}:eth0`);
  const unfit = interfaceNameFault(port);
  if (unfit !== undefined) return fault('bad-value', `${port} cannot name an interface: ${unfit}`, 'name it like eth0');
  const holder = topology.links.find((link) => [link.tail, link.head].some((end) => end.node === name && end.port === port));
  return holder && fault('in-use', `${name}:${port} is in the link ${holder.id}`, `detach it first: weft detach ${name}:${port}`);
}

function detach(topology: Topology, id: string): Topology | EditFault {
  if (!topology.links.some((link) => link.id === id)) return noLink(id);
  return { ...topology, links: topology.links.filter((link) => link.id !== id) };
}

function changeLink(topology: Topology, id: string, attributes: AttributeChanges): Topology | EditFault {
  const link = topology.links.find((candidate) => candidate.id === id);
  if (link === undefined) return noLink(id);
  const changed = { ...link, attributes: withAttributes(link.attributes, attributes) };
  return { ...topology, links: topology.links.map((each) => (each === link ? changed : each)) };
}

function endText({ node, port }: ChangedEnd): string {
  return port === undefined ? node : `${node}:${port}`;
}

function noNode({ nodes }: Topology, name: string): EditFault {
  const names = nodes.map((node) => node.name);
  const known = names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
  return fault(
    'no-such-node',
    `there is no node ${name}`,
    names.length === 0 ? 'the lab has no nodes' : `the nodes are ${known}`,
  );
}

function noLink(id: string): EditFault {
  return fault('no-such-link', `there is no link ${id}`, 'weft status --ports shows what joins what');
}

function fault(code: string, message: string, hint: string): EditFault {
  return { code, message, hint };
}
