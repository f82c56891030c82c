import { portKey } from '../address/port-key.ts';
import type { MacAddress } from '../model/mac-address.ts';
import { isGenerated, type Link, type Topology, type TopologyNode } from '../model/topology.ts';
import { compareVersions } from '../model/version-order.ts';

/** Keys and values in the order in which they are written. */
export type Entries = readonly (readonly [key: string, value: string])[];

/** One end of a link, as the node that owns the end sees it. */
interface LinkDocument {
  readonly entries: Entries;
  /** The other end is an uplink to the world. */
  readonly internet: boolean;
  /** IP/PREFIX of this end (`qn_headip`, `qn_tailip`). */
  readonly addresses: readonly string[];
}

/** What NODE.yaml says and the template is rendered with. */
export interface NodeDocument {
  readonly node: TopologyNode;
  /** `graph`, the graph's attributes that the node does not override, `name`, the node's attributes; attributes in the order of their names. */
  readonly entries: Entries;
  /** In version order of the port names. */
  readonly links: readonly LinkDocument[];
}

/** One document for each generated node of a completed topology, in the file's order. */
export function nodeDocuments(completed: Topology, macs: ReadonlyMap<string, MacAddress>): readonly NodeDocument[] {
  const nodes = new Map(completed.nodes.map((node) => [node.name, node]));
  const ends = endsByNode(completed, nodes);
  const graph = filledEntries(completed.attributes);
  return completed.nodes.filter(isGenerated).map((node) => ({
    node,
    entries: [
      ['graph', completed.name],
      ...graph.filter(([key]) => !Object.hasOwn(node.attributes, key) || node.attributes[key] === ''),
      ['name', node.name],
      ...filledEntries(node.attributes),
    ],
    links: (ends.get(node.name) ?? [])
      .sort((a, b) => compareVersions(a.port, b.port))
      .map((end) => linkDocument(end, nodes, macs.get(portKey(node.name, end.port)))),
  }));
}

interface OwnEnd {
  readonly link: Link;
  readonly side: 'head' | 'tail';
  readonly port: string;
}

function endsByNode(completed: Topology, nodes: ReadonlyMap<string, TopologyNode>): ReadonlyMap<string, OwnEnd[]> {
  const ends = new Map<string, OwnEnd[]>();
  for (const link of completed.links) {
    for (const side of ['tail', 'head'] as const) {
      const { node: name, port } = link[side];
      const node = nodes.get(name);
      if (port === undefined || node === undefined || !isGenerated(node)) continue;
      const known = ends.get(name);
      if (known === undefined) ends.set(name, [{ link, side, port }]);
      else known.push({ link, side, port });
    }
  }
  return ends;
}

function linkDocument(
  { link, side, port }: OwnEnd,
  nodes: ReadonlyMap<string, TopologyNode>,
  mac: MacAddress | undefined,
): LinkDocument {
  const peer = nodes.get(link[side === 'head' ? 'tail' : 'head'].node);
  const { qn_headport: head, qn_tailport: tail } = link.attributes as {
    readonly qn_headport?: string;
    readonly qn_tailport?: string;
  };
  const entries: (readonly [string, string])[] = [['qn_name', port]];
  if (peer?.kind === 'hub') {
    entries.push(['qn_hub', 'true']);
    if (peer.attributes['qn_hubport']) entries.push(['qn_mport', peer.attributes['qn_hubport']]);
  } else if (peer !== undefined && isPointToPoint(peer) && head && tail) {
    entries.push(['qn_sport', side === 'head' ? head : tail], ['qn_dport', side === 'head' ? tail : head]);
  }
  const own = { headport: link.head.port ?? '', tailport: link.tail.port ?? '', ...link.attributes };
  entries.push(...filledEntries(own));
  if (mac !== undefined) entries.push(['qn_mac', mac]);
  const addresses = (link.attributes[`qn_${side}ip`] ?? '').split(',').map((address) => address.trim());
  return { entries, internet: peer?.kind === 'internet', addresses: addresses.filter((address) => address !== '') };
}

function isPointToPoint(peer: TopologyNode): boolean {
  return peer.kind === 'vm' || peer.kind === 'namespace' || peer.kind === 'drawing';
}

/** The attributes that have a value, in the order of their names. */
function filledEntries(attributes: Readonly<Record<string, string>>): Entries {
  return Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
