import type { AttributeChanges } from './change.ts';
import { rememberOutcome } from './remember-outcome.ts';
import type { Attributes, Link, Topology, TopologyNode } from './topology.ts';

/** How a desired topology differs from the file that it began with. */
export interface TopologyChanges {
  /** Nodes that the file does not have, and those that stand in the place of removed ones. */
  readonly created: readonly TopologyNode[];
  readonly removed: readonly string[];
  /** Attributes of nodes, by name of the node. */
  readonly nodes: Readonly<Record<string, AttributeChanges>>;
  readonly attached: readonly Link[];
  /** Ids of links. */
  readonly detached: readonly string[];
  /** Attributes of links, by id. */
  readonly links: Readonly<Record<string, AttributeChanges>>;
  /** Attributes of the graph. */
  readonly graph: AttributeChanges;
}

export const noChanges: TopologyChanges = {
  created: [],
  removed: [],
  nodes: {},
  attached: [],
  detached: [],
  links: {},
  graph: {},
};

export function isUnchanged(changes: TopologyChanges): boolean {
  const { created, removed, nodes, attached, detached, links, graph } = changes;
  const lists = [created, removed, attached, detached, Object.keys(nodes), Object.keys(links), Object.keys(graph)];
  return lists.every((list) => list.length === 0);
}

/** What leads from one topology to the other; nothing of it where they are equal. */
export function changesBetween(file: Topology, desired: Topology): TopologyChanges {
  if (file === desired) return noChanges;
  const [ours, theirs] = [byName(desired.nodes), byName(file.nodes)];
  const [ourLinks, theirLinks] = [byId(desired.links), byId(file.links)];
  const stays = (name: string) => isSameNode(theirs.get(name), ours.get(name));
  return {
    created: desired.nodes.filter(({ name }) => !stays(name)),
    removed: file.nodes.filter(({ name }) => !stays(name)).map(({ name }) => name),
    nodes: differences(
      file.nodes.filter(({ name }) => stays(name)),
      ({ name }) => name,
      ours,
    ),
    attached: desired.links.filter(({ id }) => !theirLinks.has(id)),
    detached: file.links.filter(({ id }) => !ourLinks.has(id)).map(({ id }) => id),
    links: differences(file.links, ({ id }) => id, ourLinks),
    graph: difference(file.attributes, desired.attributes),
  };
}

/**
 * The file's topology with these changes made to it. What the changes name and the file no longer has is passed over; links to nodes that
 * are not there, and a second link at a port, are left out: `lostChanges` tells.
 */
export const withChanges: (file: Topology, changes: TopologyChanges) => Topology = rememberOutcome((file, changes) => {
  if (isUnchanged(changes)) return file;
  const gone = new Set(changes.removed);
  const kept = file.nodes.filter(({ name }) => !gone.has(name));
  const keptNames = new Set(kept.map(({ name }) => name));
  const nodes = [...kept, ...changes.created.filter(({ name }) => !keptNames.has(name))].map((node) =>
    changed(node, changes.nodes[node.name]),
  );
  const names = new Set(nodes.map(({ name }) => name));
  const detached = new Set(changes.detached);
  const staying = file.links.filter((link) => !detached.has(link.id) && names.has(link.tail.node) && names.has(link.head.node));
  const taken = new Set(staying.flatMap(endsOf));
  const attached = changes.attached.filter(
    (link) => names.has(link.tail.node) && names.has(link.head.node) && !endsOf(link).some((end) => taken.has(end)),
  );
  const links = [...staying, ...attached].map((link) => changed(link, changes.links[link.id]));
  return { ...changed(file, Object.keys(changes.graph).length === 0 ? undefined : changes.graph), nodes, links };
});

/** Links of the changes that find no place in the file: a node is gone, or another link holds the port. */
export function lostChanges(file: Topology, changes: TopologyChanges): readonly Link[] {
  const there = byId(withChanges(file, changes).links);
  return changes.attached.filter(({ id }) => !there.has(id));
}

/** Attributes with changes made to them: null takes one away. */
export function withAttributes(attributes: Attributes, changes: AttributeChanges): Attributes {
  const next = Object.entries({ ...attributes, ...changes });
  return Object.fromEntries(next.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Whether attributes alone can tell two nodes of one name apart: kind and template are what a node is made with. */
function isSameNode(one: TopologyNode | undefined, other: TopologyNode | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one === other || (one.kind === other.kind && one.template === other.template);
}

interface Attributed {
  readonly attributes: Attributes;
  readonly html?: readonly string[];
}

function changed<T extends Attributed>(part: T, changes: AttributeChanges | undefined): T {
  if (changes === undefined) return part;
  const html = part.html?.filter((name) => !Object.hasOwn(changes, name));
  return { ...part, attributes: withAttributes(part.attributes, changes), ...(html === undefined ? {} : { html }) };
}

function differences<T extends Attributed>(
  parts: readonly T[],
  nameOf: (part: T) => string,
  others: ReadonlyMap<string, T>,
): Record<string, AttributeChanges> {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const other = others.get(nameOf(part));
      if (other === undefined || other === part) return [];
      const changes = difference(part.attributes, other.attributes);
      return Object.keys(changes).length === 0 ? [] : [[nameOf(part), changes] as const];
    }),
  );
}

function difference(before: Attributes, after: Attributes): AttributeChanges {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(names.filter((name) => before[name] !== after[name]).map((name) => [name, after[name] ?? null]));
}

function endsOf({ tail, head }: Link): string[] {
  return [tail, head].flatMap(({ node, port }) => (port === undefined ? [] : [`${node}:${port}`]));
}

function byName(nodes: readonly TopologyNode[]): ReadonlyMap<string, TopologyNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

function byId(links: readonly Link[]): ReadonlyMap<string, Link> {
  return new Map(links.map((link) => [link.id, link]));
}
