import type { Diagnostic, Span } from '../model/diagnostic.ts';
import type { Graph, GraphEnd, Setting } from './graph.ts';
import { apply, GraphBuilder, type Merge, membersOf, type Scope } from './graph-builder.ts';
import type { NamedNode } from './part-reader.ts';
import type { Place } from './vocabulary.ts';

/** Edges that statements of the form `{many} -- {many}` may unfold to in one file. */
const MOST_UNFOLDED = 100_000;

/** A setting and what it was written for; `subgraph` for graph attributes inside a subgraph. */
export interface Occurrence {
  readonly place: Place | 'subgraph';
  readonly setting: Setting;
}

export interface Evaluation {
  readonly graph: Graph;
  /** Every attribute as often as the file says it, not as often as it is inherited. */
  readonly occurrences: readonly Occurrence[];
  readonly merges: readonly Merge[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A statement that is being read. A `line` names nodes; with more than one end it makes edges. */
export interface Statement {
  readonly kind: 'graph' | 'node' | 'edge' | 'line';
  readonly scope: Scope;
  readonly ends: (readonly GraphEnd[] | Group)[];
  readonly settings: Setting[];
}

/** A subgraph as the end of an edge. Its nodes are counted when the whole statement is read: the statement may add some. */
export interface Group {
  readonly scope: Scope;
  readonly span: Span;
}

/** Carries out the statements of a file in order, as Graphviz does. */
export class Statements {
  readonly builder: GraphBuilder = new GraphBuilder();
  readonly #occurrences: Occurrence[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  #name: string | undefined;
  #nameSpan: Span = { from: 0, to: 0 };
  #unfolded = 0;

  /** What has been made of the statements so far. */
  outcome(): Evaluation {
    const { settings, nodes, edges, merges } = this.builder;
    return {
      graph: { name: this.#name, nameSpan: this.#nameSpan, settings, nodes, edges },
      occurrences: this.#occurrences,
      merges,
      diagnostics: this.#diagnostics,
    };
  }

  /** The graph's name and its place; the place of the word `graph` where it has none. */
  header(name: string | undefined, span: Span): void {
    this.#name = name;
    this.#nameSpan = span;
  }

  /** A node that a statement names: it exists from now on. */
  end(scope: Scope, named: NamedNode): GraphEnd {
    return { ...named, node: this.builder.node(scope, named.name, named.nameSpan) };
  }

  carryOut(statement: Statement): void {
    const { kind, scope, ends, settings } = statement;
    const place = placeOf(statement);
    for (const setting of settings) this.#occurrences.push({ place, setting });
    if (kind === 'node') apply(scope.nodeDefaults, settings);
    else if (kind === 'edge') apply(scope.edgeDefaults, settings);
    else if (place === 'graph') apply(this.builder.settings, settings);
    else if (place === 'node') for (const end of ends.flatMap(nodesOf)) apply(end.node.settings, settings);
    else if (place === 'edge') this.#join(ends.map(nodesOf), settings, scope);
  }

  #join(ends: readonly (readonly GraphEnd[])[], settings: readonly Setting[], scope: Scope): void {
    for (const [at, heads] of ends.entries()) {
      const tails = at === 0 ? [] : (ends[at - 1] ?? []);
      if (tails.length * heads.length > 1) this.#unfolded += tails.length * heads.length;
      if (this.#unfolded > MOST_UNFOLDED) {
        this.#diagnostics.push({
          code: 'too-large',
          severity: 'error',
          message: `edges between groups unfold to more than ${MOST_UNFOLDED} edges`,
          hint: 'join fewer nodes, or join them to a node with qn_hub="true"',
          span: (tails[0] ?? heads[0])?.span ?? this.#nameSpan,
        });
        return;
      }
      for (const tail of tails) for (const head of heads) this.builder.edge(scope, tail, head, settings);
    }
  }
}

/** Graphviz drops the attributes of a subgraph that stands alone: `{a b} [color=red]`. */
function placeOf({ kind, scope, ends }: Statement): Occurrence['place'] {
  if (kind === 'line') return ends.length > 1 ? 'edge' : ends.some((end) => 'scope' in end) ? 'subgraph' : 'node';
  return kind === 'graph' && scope.outer !== undefined ? 'subgraph' : kind;
}

function nodesOf(end: readonly GraphEnd[] | Group): readonly GraphEnd[] {
  return 'scope' in end ? membersOf(end.scope).map((node) => ({ node, port: undefined, span: end.span })) : end;
}
