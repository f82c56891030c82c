import { isGenerated, type Topology, type TopologyNode } from '../model/topology.ts';
import { seenByScripts } from './seen-by-scripts.ts';

/** What another topology means for the files of nodes. */
export interface ChangedNodes {
  /** Nodes whose files have to be written anew: they, their links or the defaults of all nodes have changed. */
  readonly rendered: ReadonlySet<string>;
  /** Nodes whose files have no use any more. */
  readonly gone: ReadonlySet<string>;
}

export function changedNodes(before: Topology, next: Topology): ChangedNodes {
  const old = new Map(before.nodes.filter(isGenerated).map((node) => [node.name, node]));
  const now = new Map(next.nodes.filter(isGenerated).map((node) => [node.name, node]));
  const gone = new Set([...old.keys()].filter((name) => !now.has(name)));
  if (!same(before.attributes, next.attributes)) return { rendered: new Set(now.keys()), gone };
  const rendered = new Set(
    [...now].filter(([name, node]) => !same(scripted(old.get(name)), scripted(node))).map(([name]) => name),
  );
  const links = new Map(before.links.map((link) => [link.id, link]));
  for (const link of next.links) {
    const known = links.get(link.id);
    links.delete(link.id);
    if (known === undefined || !same(known.attributes, link.attributes))
      for (const { node } of [link.tail, link.head]) rendered.add(node);
  }
  for (const { tail, head } of links.values()) for (const { node } of [tail, head]) rendered.add(node);
  return { rendered: new Set([...rendered].filter((name) => now.has(name))), gone };
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** What of a node its script can see. */
function scripted(node: TopologyNode | undefined): unknown {
  return node === undefined ? undefined : [node.kind, node.template, seenByScripts(node.attributes)];
}
