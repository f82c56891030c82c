import type { Link, Topology } from '../model/topology.ts';

/**
 * The links of every node in the order in which Graphviz's library walks them: those that the node is the tail of, then those that it is
 * the head of; each by the place of the other end's node in the file, then by their own place. A link from a node to itself is met once.
 */
export function linksInWalkingOrder(topology: Topology): ReadonlyMap<string, readonly Link[]> {
  const place = new Map(topology.nodes.map((node, index) => [node.name, index]));
  const out = collect(topology.links, (link) => link.tail.node);
  const into = collect(topology.links, (link) => (link.tail.node === link.head.node ? undefined : link.head.node));
  const byPlace = (links: readonly Link[], other: (link: Link) => string): Link[] =>
    [...links].sort((a, b) => (place.get(other(a)) ?? 0) - (place.get(other(b)) ?? 0));
  return new Map(
    topology.nodes.map(({ name }) => [
      name,
      [...byPlace(out.get(name) ?? [], (link) => link.head.node), ...byPlace(into.get(name) ?? [], (link) => link.tail.node)],
    ]),
  );
}

function collect(links: readonly Link[], nodeOf: (link: Link) => string | undefined): ReadonlyMap<string, Link[]> {
  const lists = new Map<string, Link[]>();
  for (const link of links) {
    const node = nodeOf(link);
    if (node === undefined) continue;
    const list = lists.get(node);
    if (list === undefined) lists.set(node, [link]);
    else list.push(link);
  }
  return lists;
}
