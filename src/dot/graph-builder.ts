import type { Span } from '../model/diagnostic.ts';
import type { GraphEdge, GraphEnd, GraphNode, Setting, Settings } from './graph.ts';

/** The root graph or a subgraph: its defaults apply to what is made inside it from then on. */
export interface Scope {
  readonly outer: Scope | undefined;
  readonly nodeDefaults: Settings;
  readonly edgeDefaults: Settings;
  readonly members: Set<GraphNode>;
  /** Named subgraphs can be opened again; they keep their members and defaults. */
  readonly named: Map<string, Scope>;
}

/** An edge of a strict graph that was drawn twice with different ports: one link where the file shows two. */
export interface Merge {
  readonly kept: GraphEdge;
  readonly again: Span;
}

/** Makes nodes and edges by the rules of Graphviz's library cgraph. */
export class GraphBuilder {
  readonly root: Scope = openScope(undefined);
  readonly settings: Settings = new Map();
  readonly nodes: Map<string, GraphNode> = new Map();
  readonly edges: GraphEdge[] = [];
  readonly merges: Merge[] = [];
  strict = false;
  readonly #byEnds: Map<string, GraphEdge> = new Map();

  subgraph(outer: Scope, name: string | undefined): Scope {
    const known = name === undefined ? undefined : outer.named.get(name);
    if (known !== undefined) return known;
    const scope = openScope(outer);
    if (name !== undefined) outer.named.set(name, scope);
    return scope;
  }

  /** The node of this name; made with the scope's defaults where it is new, never changed by them later. */
  node(scope: Scope, name: string, span: Span): GraphNode {
    let node = this.nodes.get(name);
    if (node === undefined) {
      node = { name, index: this.nodes.size, span, settings: inherited(scope, (of) => of.nodeDefaults) };
      this.nodes.set(name, node);
    }
    for (let at: Scope | undefined = scope; at !== undefined && !at.members.has(node); at = at.outer) at.members.add(node);
    return node;
  }

  /** Joins two ends. In a strict graph, and for edges with the same `key`, an edge that is there already is changed instead. */
  edge(scope: Scope, tail: GraphEnd, head: GraphEnd, settings: readonly Setting[]): void {
    const span = { from: Math.min(tail.span.from, head.span.from), to: Math.max(tail.span.to, head.span.to) };
    const key = this.strict ? '' : settings.findLast((setting) => setting.name === 'key')?.value;
    const names = key === undefined ? undefined : JSON.stringify([...[tail.node.name, head.node.name].sort(), key]);
    const known = names === undefined ? undefined : this.#byEnds.get(names);
    const edge = known ?? this.#newEdge(scope, tail, head, span);
    if (known !== undefined) this.#movePorts(known, tail, head, span);
    else if (names !== undefined) this.#byEnds.set(names, edge);
    apply(edge.settings, settings);
    takePorts(edge, 'always');
  }

  /** Ports that the edge names win over those of `edge [headport=...]`. */
  #newEdge(scope: Scope, tail: GraphEnd, head: GraphEnd, span: Span): GraphEdge {
    const edge = { tail, head, settings: inherited(scope, (of) => of.edgeDefaults), span };
    takePorts(edge, 'where missing');
    this.edges.push(edge);
    return edge;
  }

  #movePorts(edge: GraphEdge, tail: GraphEnd, head: GraphEnd, again: Span): void {
    const turned = edge.tail.node !== tail.node;
    const [left, right] = turned ? [head, tail] : [tail, head];
    const differ = (was: GraphEnd, is: GraphEnd): boolean =>
      was.port !== undefined && is.port !== undefined && was.port !== is.port;
    if (differ(edge.tail, left) || differ(edge.head, right)) this.merges.push({ kept: edge, again });
    if (left.port !== undefined) edge.tail = left;
    if (right.port !== undefined) edge.head = right;
  }
}

/** `tailport` and `headport` are another way to write the ports: taken out of the attributes. */
function takePorts(edge: GraphEdge, when: 'always' | 'where missing'): void {
  for (const side of ['tail', 'head'] as const) {
    const setting = edge.settings.get(`${side}port`);
    if (setting === undefined) continue;
    edge.settings.delete(setting.name);
    if (when === 'always' || edge[side].port === undefined)
      edge[side] = { ...edge[side], port: setting.value, portSpan: setting.valueSpan };
  }
}

/** The nodes of a subgraph, in the order in which Graphviz lists them. */
export function membersOf(scope: Scope): GraphNode[] {
  return [...scope.members].sort((a, b) => a.index - b.index);
}

/** Later values win and keep the earlier place. */
export function apply(settings: Settings, more: readonly Setting[]): void {
  for (const setting of more) settings.set(setting.name, setting);
}

function openScope(outer: Scope | undefined): Scope {
  return { outer, nodeDefaults: new Map(), edgeDefaults: new Map(), members: new Set(), named: new Map() };
}

function inherited(scope: Scope, defaultsOf: (scope: Scope) => Settings): Settings {
  if (scope.outer === undefined) return new Map(defaultsOf(scope));
  const chain: Settings[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) chain.push(defaultsOf(at));
  const settings: Settings = new Map();
  for (const defaults of chain.reverse()) for (const [name, setting] of defaults) settings.set(name, setting);
  return settings;
}
