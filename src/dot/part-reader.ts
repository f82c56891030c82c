import type { Diagnostic, Span } from '../model/diagnostic.ts';
import { unquote } from './dot-string.ts';
import type { Setting } from './graph.ts';
import { isComment, isHtml, type SyntaxNode } from './syntax-tree.ts';

/** A node as an edge or a node statement names it. */
export interface NamedNode {
  readonly name: string;
  readonly nameSpan: Span;
  readonly port: string | undefined;
  readonly portSpan?: Span;
  /** Name and port. */
  readonly span: Span;
}

/** Reads the smallest parts of a file: names, values, ports. Parts that the parser could not read are undefined. */
export class PartReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #text: string;
  #last = { from: -1, to: -1, bare: false, isValue: false };

  constructor(text: string) {
    this.#text = text;
  }

  /** The text that a name, number or string stands for. */
  id(part: SyntaxNode, isValue = false): string {
    const bare = part.name === 'Name' || part.name === 'Number';
    if (bare) this.#checkBare(part);
    this.#last = { from: part.from, to: part.to, bare, isValue };
    if (part.name === 'String') return isHtml(this.#text, part) ? this.#raw(part) : unquote(this.#raw(part));
    if (part.name !== 'ConcatString') return this.#raw(part);
    const pieces = part.getChildren('String');
    const html = pieces.find((piece) => isHtml(this.#text, piece));
    if (html !== undefined) this.diagnostics.push(htmlJoined(spanOf(html)));
    return pieces.map((piece) => unquote(this.#raw(piece))).join('');
  }

  setting(attribute: SyntaxNode): Setting | undefined {
    const name = attribute.getChild('AttributeName')?.firstChild;
    const value = attribute.getChild('AttributeValue')?.firstChild;
    if (!name || !value || name.type.isError || value.type.isError) return undefined;
    return {
      name: this.id(name),
      value: this.id(value, true),
      html: isHtml(this.#text, value),
      nameSpan: spanOf(name),
      valueSpan: spanOf(value),
    };
  }

  namedNode(node: SyntaxNode): NamedNode | undefined {
    const name = node.firstChild;
    if (!name || name.type.isError) return undefined;
    const text = this.id(name);
    const ports: string[] = [];
    const spans: Span[] = [];
    for (let part = node.getChild('Port')?.firstChild; part; part = part.nextSibling) {
      if (part.type.isError || isComment(part)) continue;
      ports.push(this.id(part));
      spans.push(spanOf(part));
    }
    const [portSpan] = spans;
    const named = { name: text, nameSpan: spanOf(name), span: { from: name.from, to: spans.at(-1)?.to ?? name.to } };
    return portSpan === undefined ? { ...named, port: undefined } : { ...named, port: ports.join(':'), portSpan };
  }

  #raw(part: SyntaxNode): string {
    return this.#text.slice(part.from, part.to);
  }

  /** Graphviz splits `1a` and `a-1` into two words, and draws a node too many. After a value that is never meant. */
  #checkBare(part: SyntaxNode): void {
    const text = this.#raw(part);
    const { from, to, bare, isValue } = this.#last;
    if (bare && to === part.from) {
      const whole = this.#text.slice(from, part.to);
      this.diagnostics.push({
        code: isValue ? 'bad-value' : 'syntax',
        severity: isValue ? 'error' : 'warning',
        message: `${whole} reads as two words, ${this.#text.slice(from, to)} and ${text}`,
        hint: isValue ? `write "${whole}"` : `if one was meant, write "${whole}"`,
        span: { from, to: part.to },
      });
    }
    const dollar = text.indexOf('$');
    if (dollar < 0) return;
    this.diagnostics.push({
      code: 'syntax',
      severity: 'error',
      message: 'a $ may only stand inside quotes',
      hint: `write "${text}"`,
      span: { from: part.from + dollar, to: part.from + dollar + 1 },
    });
  }
}

function htmlJoined(span: Span): Diagnostic {
  return {
    code: 'syntax',
    severity: 'error',
    message: 'only quoted texts can be joined with +',
    hint: 'put both sides in quotes',
    span,
  };
}

export function spanOf(part: { readonly from: number; readonly to: number }): Span {
  return { from: part.from, to: part.to };
}
