import { isGenerated, type Topology, type TopologyNode } from '../../model/topology.ts';
import { sameAttributes } from './same-attributes.ts';
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
  if (!sameAttributes(before.attributes, next.attributes)) return { rendered: new Set(now.keys()), gone };
  const rendered = new Set([...now].filter(([name, node]) => !sameScript(old.get(name), node)).map(([name]) => name));
  const links = new Map(before.links.map((link) => [link.id, link]));
  for (const link of next.links) {
    const known = links.get(link.id);
    links.delete(link.id);
    if (known === undefined || !sameAttributes(known.attributes, link.attributes))
      for (const { node } of [link.tail, link.head]) rendered.add(node);
  }
  for (const { tail, head } of links.values()) for (const { node } of [tail, head]) rendered.add(node);
  return { rendered: new Set([...rendered].filter((name) => now.has(name))), gone };
}

/** The same in what a script can see. */
function sameScript(one: TopologyNode | undefined, other: TopologyNode): boolean {
  if (one === undefined || one === other) return one === other;
  const attributes = [seenByScripts(one.attributes), seenByScripts(other.attributes)] as const;
  return one.kind === other.kind && one.template === other.template && sameAttributes(...attributes);
}
