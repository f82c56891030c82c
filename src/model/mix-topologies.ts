import type { Topology } from './topology.ts';

/** A topology that is `next` in all that concerns the named nodes, their links included, and `before` in the rest. */
export function mixTopologies(before: Topology, next: Topology, names: ReadonlySet<string>): Topology {
  const known = new Set(before.nodes.map(({ name }) => name));
  const news = new Map(next.nodes.map((node) => [node.name, node]));
  const kept = before.nodes.flatMap((node) => (names.has(node.name) ? (news.get(node.name) ?? []) : node));
  const added = next.nodes.filter(({ name }) => names.has(name) && !known.has(name));
  const nodes = [...kept, ...added];
  const there = new Set(nodes.map(({ name }) => name));
  const concerns = ({ tail, head }: Topology['links'][number]) => names.has(tail.node) || names.has(head.node);
  const links = [...before.links.filter((link) => !concerns(link)), ...next.links.filter(concerns)];
  const ends = new Set<string>();
  return {
    ...before,
    nodes,
    links: links.filter(({ tail, head }) => {
      const own = [tail, head].flatMap(({ node, port }) => (port === undefined ? [] : [`${node}:${port}`]));
      const fits = there.has(tail.node) && there.has(head.node) && !own.some((end) => ends.has(end));
      for (const end of own) if (fits) ends.add(end);
      return fits;
    }),
  };
}
