import type { Diagnostic } from '../model/diagnostic.ts';
import type { TopologyNode } from '../model/topology.ts';
import type { Graph, GraphNode } from './graph.ts';
import { labelPortSpan } from './label-ports.ts';
import type { DrawnLink } from './read-links.ts';

/** Warnings about what is drawn and leads nowhere: ports of labels that no link uses, nodes with links that nothing runs. */
export function findUnusedFaults(
  text: string,
  graph: Graph,
  nodes: ReadonlyMap<string, TopologyNode>,
  links: readonly DrawnLink[],
): Diagnostic[] {
  const used = new Map<string, Set<string | undefined>>();
  for (const { link } of links)
    for (const { node, port } of [link.tail, link.head]) {
      const ports = used.get(node);
      if (ports === undefined) used.set(node, new Set([port]));
      else ports.add(port);
    }
  return [...graph.nodes.values()].flatMap((drawn) => {
    const node = nodes.get(drawn.name);
    const ports = used.get(drawn.name);
    if (node === undefined) return [];
    const idle = node.labelPorts.filter((port) => !ports?.has(port)).map((port) => unusedPort(text, drawn, port));
    return node.kind === 'drawing' && ports !== undefined ? [...idle, notGenerated(node, drawn)] : idle;
  });
}

function unusedPort(text: string, drawn: GraphNode, port: string): Diagnostic {
  const label = drawn.settings.get('label')?.valueSpan ?? drawn.span;
  return {
    code: 'label-port-unused',
    severity: 'warning',
    message: `no link joins the port ${port} that the label of ${drawn.name} names`,
    hint: `write ${drawn.name}:${port} in a link, or take <${port}> away`,
    span: labelPortSpan(text, label, port),
  };
}

function notGenerated(node: TopologyNode, drawn: GraphNode): Diagnostic {
  return {
    code: 'node-not-generated',
    severity: 'warning',
    message: `${node.name} has links but no template, so it is drawn and never run`,
    hint: 'give it a qn_template, or write qn_template="namespace" in the graph for all',
    span: drawn.span,
  };
}
