import type { Scope } from './graph-builder.ts';
import { PartReader, spanOf } from './part-reader.ts';
import { type Evaluation, type Statement, Statements } from './statements.ts';
import { type SyntaxNode, type SyntaxNodeRef, type Tree, walkTree } from './syntax-tree.ts';

/** Carries out the statements of a file that the parser has read, mistakes in it included. */
export function evaluate(text: string, tree: Tree): Evaluation {
  const evaluator = new Evaluator(text);
  walkTree(tree, { enter: (node) => evaluator.enter(node), leave: (node) => evaluator.leave(node) });
  return evaluator.outcome();
}

class Evaluator {
  readonly #statements = new Statements();
  readonly #reader: PartReader;
  readonly #scopes: Scope[] = [];
  readonly #open: Statement[] = [];

  constructor(text: string) {
    this.#reader = new PartReader(text);
  }

  outcome(): Evaluation {
    const { diagnostics, ...read } = this.#statements.outcome();
    return { ...read, diagnostics: [...this.#reader.diagnostics, ...diagnostics] };
  }

  /** False for parts whose children are read here or left out. */
  enter(node: SyntaxNodeRef): boolean {
    const statement = this.#open.at(-1);
    switch (node.name) {
      case 'Header':
        this.#readHeader(node.node);
        return false;
      case 'Body':
        if (this.#scopes.length === 0) this.#scopes.push(this.#statements.builder.root);
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
        if (statement) this.#readEnds([node.node], statement);
        return false;
      case 'NodeList':
        if (statement) this.#readEnds(node.node.getChildren('Node'), statement);
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
        const statement = this.#open.pop();
        if (statement) this.#statements.carryOut(statement);
      }
    }
  }

  #readHeader(header: SyntaxNode): void {
    this.#statements.builder.strict = header.getChild('strict') !== null;
    const name = header.lastChild;
    if (!name || name.type.isError || name.name === 'Graphtype' || name.name === 'strict')
      this.#statements.header(undefined, spanOf(header.getChild('Graphtype') ?? header));
    else this.#statements.header(this.#reader.id(name), spanOf(name));
  }

  #openSubgraph(node: SyntaxNode): boolean {
    const scope = this.#scopes.at(-1);
    if (scope === undefined) return false;
    const name = node.getChild('SubgraphHeader')?.lastChild;
    const named = name && name.name !== 'subgraph' && !name.type.isError;
    this.#scopes.push(this.#statements.builder.subgraph(scope, named ? this.#reader.id(name) : undefined));
    return true;
  }

  #closeSubgraph(node: SyntaxNodeRef): void {
    const closed = this.#scopes.pop();
    const statement = this.#open.at(-1);
    if (closed && statement) statement.ends.push({ scope: closed, span: spanOf(node) });
  }

  #begin(kind: string | undefined): boolean {
    const scope = this.#scopes.at(-1);
    const known = kind === 'line' || kind === 'graph' || kind === 'node' || kind === 'edge';
    if (scope === undefined || !known) return false;
    this.#open.push({ kind, scope, ends: [], settings: [] });
    return true;
  }

  #readEnds(nodes: readonly SyntaxNode[], { ends, scope }: Statement): void {
    ends.push(
      nodes.flatMap((part) => {
        const named = this.#reader.namedNode(part);
        return named ? [this.#statements.end(scope, named)] : [];
      }),
    );
  }
}
