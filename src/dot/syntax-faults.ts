import type { Diagnostic, Span } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import { indexLines } from '../model/position.ts';
import { explainFault } from './explain-fault.ts';
import { skipSpace } from './skip-space.ts';
import { type Tree, walkTree } from './syntax-tree.ts';
import type { TokenFaults } from './token-faults.ts';

/** So many are reported one by one; the rest are counted. */
const MOST = 20;

/** What Graphviz would refuse, in words, at most one mistake per statement or line. */
export function findSyntaxFaults(text: string, tokens: TokenFaults, tree: Tree): Diagnostic[] {
  const positions = indexLines(text);
  const faults: Diagnostic[] = [...tokens.diagnostics.slice(0, MOST)];
  let reported = -1;
  let more = tokens.diagnostics.length - faults.length;
  const report = (at: number, explain: () => Diagnostic): void => {
    if (at >= tokens.trustedTo || (reported >= 0 && !/[;\n]/.test(text.slice(reported, at)))) return;
    reported = at;
    if (faults.length < MOST) faults.push(explain());
    else more++;
  };

  let body: Span | undefined;
  let past = false;
  let directed = false;
  walkTree(tree, {
    enter(node) {
      if (past) return false;
      if (node.name === 'digraph') {
        directed = true;
        report(node.from, () => directedGraph({ from: node.from, to: node.to }));
      } else if (node.name === '->' && !directed) report(node.from, () => arrow({ from: node.from, to: node.to }));
      if (!node.type.isError) return true;
      past = body !== undefined && node.from >= body.to;
      const end = body?.to ?? 0;
      report(node.from, () => (past ? textAfter(text, end, positions(end - 1).line) : explainFault(text, node.node)));
      return false;
    },
    leave(node) {
      if (node.name === 'Body' && node.node.parent?.name === 'Graph') body = { from: node.from, to: node.to };
    },
  });
  faults.sort((a, b) => a.span.from - b.span.from);
  const last = faults.at(-1);
  return last === undefined || more === 0 ? faults : [...faults, rest(more, last.span)];
}

/** The mistake of a text that does not even begin as a graph does; such a text is not worth parsing. */
export function findHeaderFault(text: string): Diagnostic | undefined {
  const from = skipSpace(text, text.startsWith('\ufeff') ? 1 : 0);
  const word = /^[\w\u0080-\uffff]*/.exec(text.slice(from, from + 40))?.[0] ?? '';
  if (/^(strict|graph|digraph)$/i.test(word)) return undefined;
  const last = Math.max(text.trimEnd().length - 1, 0);
  if (from >= text.length) {
    const span = { from: last, to: Math.min(last + 1, text.length) };
    return { code: 'not-a-graph', severity: 'error', message: 'the file holds no graph', hint: EXAMPLE, span };
  }
  const meant = nearestName(word, ['graph', 'strict']);
  return {
    code: 'not-a-graph',
    severity: 'error',
    message: `a topology begins with the word graph, this file with ${word || (text[from] ?? '')}`,
    hint: meant ? `write ${meant}` : EXAMPLE,
    span: { from, to: from + Math.max(word.length, 1) },
  };
}

const EXAMPLE = 'a small one: graph "lab" { a:eth0 -- b:eth0 }';

function directedGraph(span: Span): Diagnostic {
  return {
    code: 'directed-graph',
    severity: 'error',
    message: 'links have no direction, so a topology is a graph, not a digraph',
    hint: 'write graph instead of digraph, and -- instead of ->',
    span,
  };
}

function arrow(span: Span): Diagnostic {
  return { code: 'syntax', severity: 'error', message: 'a graph joins nodes with --, not ->', hint: 'write --', span };
}

function textAfter(text: string, end: number, endLine: number): Diagnostic {
  const from = skipSpace(text, end);
  const word = /^[A-Za-z]+/.exec(text.slice(from, from + 20))?.[0] ?? '';
  const span = { from, to: from + Math.max(word.length, 1) };
  if (/^(strict|graph|digraph)$/i.test(word))
    return { code: 'syntax', severity: 'error', message: 'a second graph begins here', hint: 'keep one graph in a file', span };
  return {
    code: 'syntax',
    severity: 'error',
    message: `the graph ended at the } of line ${endLine}, and more text follows`,
    hint:
      text[from] === '}'
        ? 'take away this } or the one that ended the graph too early'
        : `move it before the } of line ${endLine}`,
    span,
  };
}

function rest(count: number, span: Span): Diagnostic {
  return { code: 'syntax', severity: 'error', message: `and ${count} more like it after this line`, span };
}
