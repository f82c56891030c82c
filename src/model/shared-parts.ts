import type { Attributes, Link, LinkEnd, Topology, TopologyNode } from './topology.ts';

/**
 * The same topology without the places of its parts in a file, as a lab keeps it. Nodes and links that `before` has exactly so are the very ones of
 * `before`: whoever compares the two then sees at once what has changed.
 */
export function withSharedParts(topology: Topology, before: Topology | undefined): Topology {
  const nodes = new Map(before?.nodes.map((node) => [node.name, node]));
  const links = new Map(before?.links.map((link) => [link.id, link]));
  const { name, attributes, html } = topology;
  return {
    name,
    attributes: before !== undefined && areSame(before.attributes, attributes) ? before.attributes : attributes,
    ...(html === undefined ? {} : { html }),
    nodes: topology.nodes.map((node) => {
      const known = nodes.get(node.name);
      return known !== undefined && isSameNode(known, node) ? known : placelessNode(node);
    }),
    links: topology.links.map((link) => {
      const known = links.get(link.id);
      return known !== undefined && isSameLink(known, link) ? known : placelessLink(link);
    }),
  };
}

function placelessNode(node: TopologyNode): TopologyNode {
  const { span: _, ...placeless } = node;
  return placeless;
}

function placelessLink(link: Link): Link {
  const { span: _, tail, head, ...placeless } = link;
  return { ...placeless, tail: placelessEnd(tail), head: placelessEnd(head) };
}

function placelessEnd({ node, port }: LinkEnd): LinkEnd {
  return { node, port };
}

function isSameNode(one: TopologyNode, other: TopologyNode): boolean {
  return (
    one.name === other.name &&
    one.kind === other.kind &&
    one.template === other.template &&
    areSame(one.attributes, other.attributes) &&
    areEqual(one.labelPorts, other.labelPorts) &&
    areEqual(one.html, other.html)
  );
}

function isSameLink(one: Link, other: Link): boolean {
  return (
    one.id === other.id &&
    isSameEnd(one.tail, other.tail) &&
    isSameEnd(one.head, other.head) &&
    areSame(one.attributes, other.attributes) &&
    areEqual(one.html, other.html)
  );
}

function isSameEnd(one: LinkEnd, other: LinkEnd): boolean {
  return one.node === other.node && one.port === other.port;
}

const none: readonly string[] = [];

/** The same names with the same values, in the same order: it is the order in which they are written. */
function areSame(one: Attributes, other: Attributes): boolean {
  const names = Object.keys(one);
  return areEqual(names, Object.keys(other)) && names.every((name) => one[name] === other[name]);
}

function areEqual(one: readonly string[] = none, other: readonly string[] = none): boolean {
  return one === other || (one.length === other.length && one.every((text, at) => text === other[at]));
}
