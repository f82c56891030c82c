import type { Span } from '../model/diagnostic.ts';

/** One NAME=VALUE of the file, where it stands. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** The value is an HTML string; it keeps its angle brackets. */
  readonly html: boolean;
  readonly nameSpan: Span;
  readonly valueSpan: Span;
}

/** Attributes by name, in the order in which they were first set. */
export type Settings = Map<string, Setting>;

export interface GraphNode {
  readonly name: string;
  /** Its number among the nodes, in the order in which the file first names them. */
  readonly index: number;
  /** Where the file first names it. */
  readonly span: Span;
  readonly settings: Settings;
}

export interface GraphEnd {
  readonly node: GraphNode;
  /** What follows the node's name, without its first colon: a port, a compass point, or both with a colon between them. Empty counts as absent. */
  readonly port: string | undefined;
  readonly portSpan?: Span;
  /** Name and port; for a node of a subgraph, the subgraph. */
  readonly span: Span;
}

export interface GraphEdge {
  tail: GraphEnd;
  head: GraphEnd;
  readonly settings: Settings;
  readonly span: Span;
}

/** What a DOT file says, defaults and subgraphs resolved, nothing of qeneth's meaning applied. */
export interface Graph {
  readonly name: string | undefined;
  readonly nameSpan: Span;
  readonly settings: Settings;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly GraphEdge[];
}
