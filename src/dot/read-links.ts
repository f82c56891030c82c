import type { Link, LinkEnd, TopologyNode } from '../model/topology.ts';
import { attributesOf } from './attributes-of.ts';
import { portIn } from './compass.ts';
import type { GraphEdge, GraphEnd } from './graph.ts';

/** A link and the edge that the file has for it. */
export interface DrawnLink {
  readonly link: Link;
  readonly edge: GraphEdge;
}

/** Edges as links: ports found, ids given. */
export function readLinks(edges: readonly GraphEdge[], nodes: ReadonlyMap<string, TopologyNode>): DrawnLink[] {
  const ids = new Map<string, number>();
  return edges.map((edge) => {
    const tail = readEnd(edge.tail, nodes);
    const head = readEnd(edge.head, nodes);
    const { attributes, html } = attributesOf(edge.settings);
    const id = freeId(`${endId(tail)}--${endId(head)}`, ids);
    return { edge, link: { id, tail, head, attributes, ...(html ? { html } : {}), span: edge.span } };
  });
}

function readEnd(end: GraphEnd, nodes: ReadonlyMap<string, TopologyNode>): LinkEnd {
  const node = end.node.name;
  return { node, port: portIn(end.port, nodes.get(node)?.labelPorts ?? []), span: end.span };
}

function endId({ node, port }: LinkEnd): string {
  return port === undefined ? node : `${node}:${port}`;
}

function freeId(wanted: string, taken: Map<string, number>): string {
  let number = (taken.get(wanted) ?? 0) + 1;
  const candidate = (): string => (number === 1 ? wanted : `${wanted}#${number}`);
  while (number > 1 && taken.has(candidate())) number++;
  const id = candidate();
  taken.set(wanted, number);
  if (id !== wanted) taken.set(id, 1);
  return id;
}
