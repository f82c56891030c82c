import type { Attributes, Topology, TopologyNode } from '../model/topology.ts';

/** Makes the attributes of a topology agree with a template that replaces those of the file: written down and read again, it is the same. */
export function overrideTemplates(topology: Topology, template: string | undefined): Topology {
  if (template === undefined) return topology;
  const kind = template === 'namespace' ? 'namespace' : 'vm';
  const attributes = replaced(topology.attributes, { qn_template: template, qn_kind: kindOnGraph(topology.attributes, kind) });
  const nodes = topology.nodes.map((node) => withTemplate(node, template, kind, attributes));
  return { ...topology, attributes, nodes };
}

function withTemplate(node: TopologyNode, template: string, kind: string, graph: Attributes): TopologyNode {
  if (node.kind !== 'vm' && node.kind !== 'namespace') return node;
  const attributes = replaced(node.attributes, { qn_template: template, qn_kind: kind });
  const known = attributes['qn_template'] || graph['qn_template'];
  return { ...node, attributes: known ? attributes : { ...attributes, qn_template: template } };
}

function kindOnGraph(graph: Attributes, kind: string): string {
  const old = graph['qn_kind'];
  return old === 'vm' || old === 'namespace' ? kind : (old ?? kind);
}

/** New values for those that have a value already. */
function replaced(attributes: Attributes, values: { readonly qn_template: string; readonly qn_kind: string }): Attributes {
  const change = (name: string, value: string): string =>
    value !== '' && (name === 'qn_template' || name === 'qn_kind') ? values[name] : value;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, change(name, value)]));
}
