import { portKey } from '../../address/port-key.ts';
import { EMPTY, HOST, type KernelAbilities, type Netns, PANEL } from '../../boundary/kernel.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { isNamespace, type Link, type LinkEnd, type TopologyNode } from '../../model/topology.ts';
import type { HubPort, Wire, WireEnd, WireRefusal } from '../../wires/wire.ts';
import { wireFor } from '../../wires/wire-for.ts';
import { sameAttributes } from '../desired/same-attributes.ts';

/** The links of a lab, compiled for this machine. */
export interface LabLinks {
  /** By link id. */
  readonly wires: ReadonlyMap<string, Wire>;
  /** Links that this machine, or a script of the user's own, cannot have; by link id. */
  readonly refused: ReadonlyMap<string, WireRefusal['refused']>;
  /** Links that the scripts at their ends carry themselves, over UDP. */
  readonly selfWired: ReadonlySet<string>;
  /** Hubs, by name: the panel's interfaces that belong to each once all its links are made. */
  readonly hubs: ReadonlyMap<string, readonly { readonly link: string; readonly port: HubPort }[]>;
  /** Where the process of a VM starts. */
  netnsOf(node: string): Netns;
}

/** What decides how links are carried, beyond the topology. */
export interface LinkCircumstances {
  readonly spec: LabSpec;
  readonly abilities: KernelAbilities;
  /** False for VMs whose script wires itself: a template of the user's own. */
  readonly takesWires: (node: string) => boolean;
  readonly macs: ReadonlyMap<string, string>;
  /** An existing private folder for sockets between VMs. */
  readonly socketFolder: string;
  /** What was compiled before: links that have not changed keep their wires. */
  readonly before?: CompiledBefore | undefined;
}

/** An earlier compilation, and what it was made from: nodes of the same kinds, whose scripts take wires or not as now. */
export interface CompiledBefore {
  readonly links: LabLinks;
  readonly linksById: ReadonlyMap<string, Link>;
  readonly macs: ReadonlyMap<string, string>;
}

export function compileLinks(circumstances: LinkCircumstances): LabLinks {
  const { topology } = circumstances.spec;
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const wires = new Map<string, Wire>();
  const refused = new Map<string, WireRefusal['refused']>();
  const selfWired = new Set<string>();
  for (const link of topology.links) {
    const ends = [nodes.get(link.tail.node), nodes.get(link.head.node)] as const;
    if (ends.some((node) => node === undefined || node.kind === 'drawing')) continue;
    const kept = keptWire(link, circumstances);
    const nature = kept ?? natureOf(link, ends as readonly [TopologyNode, TopologyNode], circumstances);
    if (nature === 'self-wired') selfWired.add(link.id);
    else if ('refused' in nature) refused.set(link.id, nature.refused);
    else wires.set(link.id, nature);
  }
  const inPanel = nodesOf(topology.links.filter((link) => selfWired.has(link.id)));
  const onHost = [...inPanel].some((name) => touchesHost(name, topology.links, nodes, circumstances));
  return {
    wires,
    refused,
    selfWired,
    hubs: hubsOf(wires),
    netnsOf: startOf(inPanel, onHost ? HOST : PANEL, circumstances.takesWires),
  };
}

/** Made apart from what else decides: links that are kept must not keep those before them, and so all that ever were. */
function startOf(inPanel: ReadonlySet<string>, panel: Netns, takesWires: LinkCircumstances['takesWires']): LabLinks['netnsOf'] {
  return (node) => (inPanel.has(node) || !takesWires(node) ? panel : EMPTY);
}

/** The wire that the link had before, where nothing that it is made from has changed. */
function keptWire(link: Link, { before, macs }: LinkCircumstances): Wire | undefined {
  const wire = before?.links.wires.get(link.id);
  const known = before?.linksById.get(link.id);
  if (before === undefined || wire === undefined || known === undefined) return undefined;
  const sameMacs = [link.tail, link.head].every(({ node, port }) => {
    const key = portKey(node, port ?? '');
    return macs.get(key) === before.macs.get(key);
  });
  return sameMacs && (known === link || sameAttributes(known.attributes, link.attributes)) ? wire : undefined;
}

function natureOf(
  link: Link,
  nodes: readonly [TopologyNode, TopologyNode],
  circumstances: LinkCircumstances,
): 'self-wired' | Wire | WireRefusal {
  const stubborn = nodes.find((node) => node.kind === 'vm' && !circumstances.takesWires(node.name));
  if (stubborn !== undefined) return withoutWires(link, nodes, stubborn, circumstances.abilities);
  const { spec, abilities, socketFolder } = circumstances;
  return wireFor({
    lab: spec.name,
    link: link.id,
    ends: [endOf(link, 'tail', nodes[0], circumstances), endOf(link, 'head', nodes[1], circumstances)],
    mtu: link.attributes['qn_mtu'] ? Number(link.attributes['qn_mtu']) : undefined,
    abilities,
    runDirectory: socketFolder,
  });
}

/** A script that knows nothing of weft reaches other VMs and hubs over UDP in the panel, and the machine's network by a TAP of its own making. */
function withoutWires(
  link: Link,
  nodes: readonly TopologyNode[],
  stubborn: TopologyNode,
  abilities: KernelAbilities,
): 'self-wired' | WireRefusal {
  if (nodes.some((node) => isNamespace(node))) {
    return {
      refused: {
        code: 'template',
        message: `link ${link.id} joins a namespace, but the template ${stubborn.template} of ${stubborn.name} makes only UDP links`,
        hint: 'use a bundled template, or take `# weft:` and WEFT_NETDEV_n into yours (docs/templates.md)',
      },
    };
  }
  if (nodes.some((node) => node.kind === 'host') && !abilities.host) {
    return {
      refused: {
        code: 'EPERM',
        message: `link ${link.id} joins the machine's own network, which an ordinary user may not change`,
        hint: 'run weft as root, with sudo',
      },
    };
  }
  return 'self-wired';
}

function endOf(link: Link, side: 'tail' | 'head', node: TopologyNode, { macs }: LinkCircumstances): WireEnd {
  const end: LinkEnd = link[side];
  const port = end.port ?? '';
  const mac = macs.get(portKey(node.name, port));
  const addresses = addressesOf(link, side);
  const own = { node: node.name, port };
  switch (node.kind) {
    case 'hub':
      return { kind: 'hub', node: node.name };
    case 'host': {
      const bridge = link.attributes['qn_bridge'];
      const name = link.attributes['qn_tap'] || port;
      return { kind: 'host', ...own, name, addresses, ...(mac === undefined ? {} : { mac }), ...(bridge ? { bridge } : {}) };
    }
    case 'namespace':
    case 'internet':
      return { kind: 'namespace', ...own, netns: node.name, addresses, ...(mac === undefined ? {} : { mac }) };
    default:
      return { kind: 'vm', ...own };
  }
}

/** Addresses that the topology gives to one end of a link, IP/PREFIX each. */
export function addressesOf(link: Link, side: 'tail' | 'head'): readonly string[] {
  return (link.attributes[`qn_${side}ip`] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

function nodesOf(links: readonly Link[]): ReadonlySet<string> {
  return new Set(links.flatMap((link) => [link.tail.node, link.head.node]));
}

function touchesHost(
  name: string,
  links: readonly Link[],
  nodes: ReadonlyMap<string, TopologyNode>,
  { takesWires }: LinkCircumstances,
): boolean {
  if (takesWires(name)) return false;
  return links.some(
    ({ tail, head }) =>
      (tail.node === name && nodes.get(head.node)?.kind === 'host') ||
      (head.node === name && nodes.get(tail.node)?.kind === 'host'),
  );
}

function hubsOf(wires: ReadonlyMap<string, Wire>): ReadonlyMap<string, readonly { link: string; port: HubPort }[]> {
  const hubs = new Map<string, { link: string; port: HubPort }[]>();
  for (const wire of wires.values()) {
    for (const port of wire.hubPorts) hubs.set(port.hub, [...(hubs.get(port.hub) ?? []), { link: wire.link, port }]);
  }
  return hubs;
}
