import type { Span } from './diagnostic.ts';

/** Attribute names to values, in the order of the file. Made with Object.fromEntries, so any name is safe. */
export type Attributes = Readonly<Record<string, string>>;

/**
 * What a node is.
 * - `vm`: a process with network devices, launched by its template's script: QEMU, or anything else.
 * - `namespace`: a process in a network namespace of its own, whose ports are real interfaces.
 * - `hub`: a shared segment (`qn_hub="true"`).
 * - `host`: the machine that weft runs on (the node named `host`).
 * - `internet`: a namespace that provides the machine's own way out to other nodes.
 * - `drawing`: no template: drawn, never run.
 */
export type NodeKind = 'vm' | 'namespace' | 'hub' | 'host' | 'internet' | 'drawing';

export interface TopologyNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** The template's name; undefined for nodes that run nothing. Graph default applied. */
  readonly template: string | undefined;
  /** The node's own attributes, `node [...]` defaults applied, graph attributes not. */
  readonly attributes: Attributes;
  /** Ports that the record label names, in its order. */
  readonly labelPorts: readonly string[];
  /** Names of the attributes whose values are HTML strings, written `<...>` without quotes; absent when there is none. */
  readonly html?: readonly string[];
  readonly span?: Span;
}

/** One end of a link. `port` is undefined only at a hub, whose ports have no names. */
export interface LinkEnd {
  readonly node: string;
  readonly port: string | undefined;
  readonly span?: Span;
}

/** A link: two ports joined. The left end of the edge is the tail, the right one the head, as in qeneth. */
export interface Link {
  /** Unique in the topology and stable: `TAIL:PORT--HEAD:PORT`. */
  readonly id: string;
  readonly tail: LinkEnd;
  readonly head: LinkEnd;
  /** The edge's attributes, `edge [...]` defaults applied; `headport` and `tailport` are in the ends' ports instead. */
  readonly attributes: Attributes;
  /** As for nodes. */
  readonly html?: readonly string[];
  readonly span?: Span;
}

/** A topology as a file describes it, with nothing invented: what generate and the engine start from. */
export interface Topology {
  /** The graph's name; the file's folder gives one where the graph has none. */
  readonly name: string;
  readonly attributes: Attributes;
  /** As for nodes. */
  readonly html?: readonly string[];
  /** In the order in which the file first names them. */
  readonly nodes: readonly TopologyNode[];
  /** In the order of the file. */
  readonly links: readonly Link[];
}

/** A node's attribute: its own non-empty value, else the graph's; an empty value counts as unset (specs of qeneth: attributes). */
export function attributeOf(
  topology: Pick<Topology, 'attributes'>,
  node: Pick<TopologyNode, 'attributes'>,
  name: string,
): string | undefined {
  return node.attributes[name] || topology.attributes[name] || undefined;
}

/** Nodes that a script is generated for: they have a template, and are neither the host nor a hub. */
export function isGenerated(node: TopologyNode): boolean {
  return node.template !== undefined && (node.kind === 'vm' || isNamespace(node));
}

/** Nodes whose ports are real interfaces, in a network namespace of their own. */
export function isNamespace({ kind }: { readonly kind: string }): boolean {
  return kind === 'namespace' || kind === 'internet';
}
