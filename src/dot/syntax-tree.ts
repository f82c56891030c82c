import type { SyntaxNodeRef, Tree } from '@lezer/common';
import { dot } from '@viz-js/lang-dot';
import type { Span } from '../model/diagnostic.ts';

/** The tree's nodes carry the names that the grammar of @viz-js/lang-dot gives to the parts of a file. */
export type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common';

/** Words that the grammar's table of keywords (@viz-js/lang-dot 1.0.5) finds in the prototype of objects, and then cannot place. */
const STUMBLING_WORDS = /__proto__|constructor/gi;

/**
 * Parses all of the text, mistakes included: they are nodes of the tree with `type.isError`. Offsets are those of the text. HTML texts
 * are given to the parser as quoted ones, because it would go on into them with an XML parser, which is slow and complains about what
 * Graphviz takes; isHtml tells them apart. Byte order marks count as white space.
 */
export function parseTree(text: string, htmlTexts: readonly Span[]): Tree {
  const end = text.trimEnd().length;
  const quoted = quoteHtml(text, htmlTexts);
  const plain = quoted.slice(0, end).replace(/^\ufeff/, ' ') + ' '.repeat(text.length - end);
  return dot().language.parser.parse(plain.replace(STUMBLING_WORDS, (word) => 'x'.repeat(word.length)));
}

/** True for an HTML text, which keeps its angle brackets in the source. */
export function isHtml(text: string, part: SyntaxNodeRef): boolean {
  return part.name === 'String' && text[part.from] === '<';
}

/** True for a comment, which may stand between any two parts. */
export function isComment({ name }: SyntaxNodeRef): boolean {
  return name === 'LineComment' || name === 'BlockComment';
}

/** Visits the tree in the order of the text, without recursion. The children of a node are left out when enter returns false. */
export function walkTree(tree: Tree, visit: { enter(node: SyntaxNodeRef): boolean; leave?(node: SyntaxNodeRef): void }): void {
  tree.iterate(visit);
}

function quoteHtml(text: string, htmlTexts: readonly Span[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to } of htmlTexts) {
    pieces.push(text.slice(at, from), '"', ' '.repeat(Math.max(to - from - 2, 0)), to - from > 1 ? '"' : '');
    at = to;
  }
  return pieces.join('') + text.slice(at);
}
