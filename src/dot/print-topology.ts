import type { Attributes, LinkEnd, Topology, TopologyNode } from '../model/topology.ts';
import { writePort } from './compass.ts';
import { quote, writeName } from './dot-string.ts';

/**
 * A DOT file that reads back as the same topology and that plain Graphviz draws: graph attributes, then nodes, then links, each in the order
 * of the topology. Equal topologies give equal text.
 */
export function printTopology(topology: Topology): string {
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const settings = writeAttributes(topology).map((setting) => `${setting};`);
  const drawn = topology.nodes.map((node) => `${writeName(node.name)}${inBrackets(node)};`);
  const links = topology.links.map(
    (link) => `${writeEnd(link.tail, nodes)} -- ${writeEnd(link.head, nodes)}${inBrackets(link)};`,
  );
  const sections = [settings, drawn, links].filter((lines) => lines.length > 0);
  const body = sections.map((lines) => lines.map((line) => `    ${line}\n`).join('')).join('\n');
  return `graph ${topology.name === '' ? '' : `${quote(topology.name)} `}{\n${body}}\n`;
}

interface Attributed {
  readonly attributes: Attributes;
  readonly html?: readonly string[];
}

function writeAttributes({ attributes, html = [] }: Attributed): string[] {
  return Object.entries(attributes).map(([name, value]) => `${writeName(name)}=${html.includes(name) ? value : quote(value)}`);
}

function inBrackets(attributed: Attributed): string {
  const settings = writeAttributes(attributed);
  return settings.length === 0 ? '' : ` [${settings.join(', ')}]`;
}

function writeEnd({ node, port }: LinkEnd, nodes: ReadonlyMap<string, TopologyNode>): string {
  const ports = port === undefined ? [] : writePort(port, nodes.get(node)?.labelPorts ?? []);
  return [node, ...ports].map(writeName).join(':');
}
