import type { Diagnostic, Span } from '../model/diagnostic.ts';
import type { Graph, GraphEnd, Setting } from './graph.ts';
import { apply, GraphBuilder, type Merge, membersOf, type Scope } from './graph-builder.ts';
import { PartReader, spanOf } from './part-reader.ts';
import { type SyntaxNode, type SyntaxNodeRef, type Tree, walkTree } from './syntax-tree.ts';
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

/** Carries out the statements of a file in order, as Graphviz does. */
export function evaluate(text: string, tree: Tree): Evaluation {
  const evaluator = new Evaluator(text);
  walkTree(tree, { enter: (node) => evaluator.enter(node), leave: (node) => evaluator.leave(node) });
  return evaluator.outcome();
}

/** A statement that is being read. A `line` names nodes; with more than one end it makes edges. */
interface Statement {
  readonly kind: 'graph' | 'node' | 'edge' | 'line';
  readonly scope: Scope;
  readonly ends: (readonly GraphEnd[] | Group)[];
  readonly settings: Setting[];
}

/** A subgraph as the end of an edge. Its nodes are counted when the whole statement is read: the statement may add some. */
interface Group {
  readonly scope: Scope;
  readonly span: Span;
}

class Evaluator {
  readonly #builder = new GraphBuilder();
  readonly #reader: PartReader;
  readonly #occurrences: Occurrence[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  readonly #scopes: Scope[] = [];
  readonly #statements: Statement[] = [];
  #name: string | undefined;
  #nameSpan = { from: 0, to: 0 };
  #unfolded = 0;

  constructor(text: string) {
    this.#reader = new PartReader(text);
  }

  outcome(): Evaluation {
    const { settings, nodes, edges, merges } = this.#builder;
    return {
      graph: { name: this.#name, nameSpan: this.#nameSpan, settings, nodes, edges },
      occurrences: this.#occurrences,
      merges,
      diagnostics: [...this.#reader.diagnostics, ...this.#diagnostics],
    };
  }

  /** False for parts whose children are read here or left out. */
  enter(node: SyntaxNodeRef): boolean {
    const statement = this.#statements.at(-1);
    switch (node.name) {
      case 'Header':
        this.#readHeader(node.node);
        return false;
      case 'Body':
        if (this.#scopes.length === 0) this.#scopes.push(this.#builder.root);
        return true;
      case 'SubgraphHeader':
        return false;
      case 'Subgraph':
        return this.#openSubgraph(node.node);
      case 'EdgeStatement':
      case 'SimpleStatement':
        return this.#begin('line');
      case 'GraphAttributeStatement':
        return this.#begin('graph');
      case 'AttributeStatement':
        return this.#begin(node.node.firstChild?.name);
      case 'Node':
        if (statement) statement.ends.push(this.#readEnds([node.node], statement.scope));
        return false;
      case 'NodeList':
        if (statement) statement.ends.push(this.#readEnds(node.node.getChildren('Node'), statement.scope));
        return false;
      case 'Attribute': {
        const setting = this.#reader.setting(node.node);
        if (setting) statement?.settings.push(setting);
        return false;
      }
      default:
        return !node.type.isError;
    }
  }

  leave(node: SyntaxNodeRef): void {
    switch (node.name) {
      case 'Subgraph':
        this.#closeSubgraph(node);
        break;
      case 'EdgeStatement':
      case 'SimpleStatement':
      case 'GraphAttributeStatement':
      case 'AttributeStatement': {
        const statement = this.#statements.pop();
        if (statement) this.#carryOut(statement);
      }
    }
  }

  #readHeader(header: SyntaxNode): void {
    this.#builder.strict = header.getChild('strict') !== null;
    this.#nameSpan = spanOf(header.getChild('Graphtype') ?? header);
    const name = header.lastChild;
    if (!name || name.type.isError || name.name === 'Graphtype' || name.name === 'strict') return;
    this.#name = this.#reader.id(name);
    this.#nameSpan = spanOf(name);
  }

  #openSubgraph(node: SyntaxNode): boolean {
    const scope = this.#scopes.at(-1);
    if (scope === undefined) return false;
    const name = node.getChild('SubgraphHeader')?.lastChild;
    const named = name && name.name !== 'subgraph' && !name.type.isError;
    this.#scopes.push(this.#builder.subgraph(scope, named ? this.#reader.id(name) : undefined));
    return true;
  }

  #closeSubgraph(node: SyntaxNodeRef): void {
    const closed = this.#scopes.pop();
    const statement = this.#statements.at(-1);
    if (closed && statement) statement.ends.push({ scope: closed, span: spanOf(node) });
  }

  #begin(kind: string | undefined): boolean {
    const scope = this.#scopes.at(-1);
    const known = kind === 'line' || kind === 'graph' || kind === 'node' || kind === 'edge';
    if (scope === undefined || !known) return false;
    this.#statements.push({ kind, scope, ends: [], settings: [] });
    return true;
  }

  #readEnds(nodes: readonly SyntaxNode[], scope: Scope): GraphEnd[] {
    return nodes.flatMap((part) => {
      const named = this.#reader.namedNode(part);
      return named ? [{ ...named, node: this.#builder.node(scope, named.name, named.nameSpan) }] : [];
    });
  }

  #carryOut(statement: Statement): void {
    const { kind, scope, ends, settings } = statement;
    const place = placeOf(statement);
    for (const setting of settings) this.#occurrences.push({ place, setting });
    if (kind === 'node') apply(scope.nodeDefaults, settings);
    else if (kind === 'edge') apply(scope.edgeDefaults, settings);
    else if (place === 'graph') apply(this.#builder.settings, settings);
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
      for (const tail of tails) for (const head of heads) this.#builder.edge(scope, tail, head, settings);
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
