import type { Diagnostic, Span } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import { shorten } from './shorten.ts';
import { skipSpace } from './skip-space.ts';
import type { SyntaxNode } from './syntax-tree.ts';
import { VOCABULARY_BY_NAME } from './vocabulary.ts';

interface Explanation {
  readonly message: string;
  readonly hint?: string;
  readonly span?: Span;
}

/** Where the parser stumbled. */
interface Place {
  readonly text: string;
  /** What the parser was reading: a name of the grammar. */
  readonly reading: string;
  readonly previous: SyntaxNode | null;
  /** The first token from there on, empty at the end of the file. */
  readonly token: string;
  readonly at: number;
}

/** Says in words what was expected where the parser stumbled; `fault` is an error node of the tree. */
export function explainFault(text: string, fault: SyntaxNode): Diagnostic {
  const at = skipSpace(text, fault.from);
  const token = tokenAt(text, at);
  const place = { text, reading: fault.parent?.name ?? 'Graph', previous: fault.prevSibling, token, at };
  const { span, message, hint } = explain(place);
  const last = Math.max(text.trimEnd().length - 1, 0);
  const own = token === '' ? { from: last, to: Math.min(last + 1, text.length) } : { from: at, to: at + token.length };
  return { code: 'syntax', severity: 'error', message, ...(hint === undefined ? {} : { hint }), span: span ?? own };
}

function explain(place: Place): Explanation {
  return unquotedWord(place) ?? dashedName(place) ?? RULES[place.reading]?.(place) ?? anywhere(place);
}

/** By what the parser was reading. */
const RULES: Readonly<Record<string, (place: Place) => Explanation | undefined>> = {
  Graph: header,
  Header: header,
  Graphtype: header,
  Attribute: attribute,
  Attributes: attributes,
  AttributeStatement: ({ previous, token }) => ({
    message: `${previous?.name ?? 'this'} is a word of DOT and wants [attributes], not ${shown(token)}`,
    hint: `for a node of that name write "${previous?.name ?? ''}"`,
  }),
  EdgeStatement: ({ previous, token, text }) => {
    if (previous?.name !== 'Edgeop') return undefined;
    const span = { from: previous.from, to: previous.to };
    if (KEYWORD.test(token)) return { message: `${token} is a word of DOT`, hint: `for a node of that name write "${token}"` };
    return { message: `the ${text.slice(span.from, span.to)} has no node after it`, hint: 'write NODE:PORT -- NODE:PORT', span };
  },
  Port: ({ token }) => portMissing(token),
  Subgraph: ({ token }) => ({ message: `a subgraph wants { here, not ${shown(token)}`, hint: 'write subgraph NAME { ... }' }),
  SubgraphHeader: ({ token }) => ({
    message: `a subgraph wants { here, not ${shown(token)}`,
    hint: 'write subgraph NAME { ... }',
  }),
  ConcatString: () => ({ message: 'only quoted texts can be joined with +', hint: 'put both sides in quotes' }),
};

const KEYWORD = /^(strict|graph|digraph|subgraph|node|edge)$/i;

function header({ token, previous }: Place): Explanation {
  if (token === '') return { message: 'the file ends before the { of the graph' };
  if (previous?.name === 'strict') return { message: `graph was expected after strict, not ${shown(token)}` };
  return {
    message: `{ was expected before ${shown(token)}`,
    hint: 'write graph NAME { ... }; a name of several words needs quotes',
  };
}

function attribute({ token, previous, text }: Place): Explanation | undefined {
  const name = previous ? text.slice(previous.from, previous.to).split(/[\s=]/)[0] : '';
  if (token === '>' || token === '=')
    return { message: `one = stands between name and value, not =${token}`, hint: 'write NAME=VALUE' };
  if (token === ':') return { message: 'an attribute is written NAME=VALUE, not NAME:VALUE', hint: 'write =' };
  if (KEYWORD.test(token)) return { message: `${token} is a word of DOT`, hint: `write "${token}"` };
  return { message: `attribute ${name} has no value`, hint: `write ${name}="VALUE"` };
}

function attributes({ token }: Place): Explanation {
  if (KEYWORD.test(token)) return { message: `${token} is a word of DOT`, hint: `write "${token}"` };
  return {
    message: `NAME=VALUE or ] was expected, not ${shown(token)}`,
    hint: 'values with signs other than letters, digits and _ need quotes',
  };
}

/** `qn-mem=` without quotes: DOT takes the name to end at the dash. */
function dashedName({ text, token, at }: Place): Explanation | undefined {
  if (!token.startsWith('-')) return undefined;
  const before = /\w+$/.exec(text.slice(Math.max(0, at - 64), at))?.[0] ?? '';
  const after = /^[\w-]+(?=\s*=)/.exec(text.slice(at, at + 64))?.[0] ?? '';
  if (before === '' || after === '') return undefined;
  const name = before + after;
  const meant = nearestName(name.replaceAll('-', '_'), VOCABULARY_BY_NAME.keys());
  const span = { from: at - before.length, to: at + after.length };
  return {
    message: `there is no attribute ${name}`,
    hint: meant ? `did you mean ${meant}?` : `a name with a dash needs quotes: "${name}"`,
    span,
  };
}

/** `512M`, `00:a0:85` or `infix-x86_64` without quotes: the fault touches the words around it. */
function unquotedWord({ text, token, at }: Place): Explanation | undefined {
  if (token === '') return undefined;
  const before = /[^\s[\]{};,="]*$/.exec(text.slice(Math.max(0, at - 64), at))?.[0] ?? '';
  const after = /^[^\s[\]{};,="]*/.exec(text.slice(at, at + 64))?.[0] ?? '';
  const word = before + after;
  const valued = /=\s*$/.test(text.slice(Math.max(0, at - before.length - 8), at - before.length));
  if (!valued || before === '' || /[<>]/.test(word)) return undefined;
  const span = { from: at - before.length, to: at + after.length };
  return { message: `the value ${shown(word)} needs quotes`, hint: `write "${word}"`, span };
}

function anywhere({ token, previous, reading, text, at }: Place): Explanation {
  if (token === '') return { message: 'the file ends too early', hint: 'a } may be missing' };
  if (token !== ':' && /:\s*$/.test(text.slice(Math.max(0, at - 8), at))) return portMissing(token);
  if (token === ';') return { message: 'nothing stands before this ;', hint: 'take it away' };
  if (token === '--' || token === '->')
    return { message: `the ${token} has no node before it`, hint: 'write NODE:PORT -- NODE:PORT' };
  if (token === '-')
    return { message: 'a link is written with two dashes', hint: 'write --, or put a name with a dash in quotes' };
  if (token === ']') return { message: 'this ] closes nothing', hint: 'take it away, or write [ before the attributes' };
  if (token === '}') return { message: 'this } closes nothing', hint: 'take it away' };
  if (token === ':') {
    const full = reading === 'EdgeStatement' || reading === 'SimpleStatement' || previous?.name === 'Node';
    return {
      message: full ? 'an end has at most a port and a compass point' : 'nothing stands before this colon',
      hint: 'write NODE:PORT',
    };
  }
  if (token === '=') return { message: 'only a name or a quoted text can stand before =', hint: 'write NAME=VALUE' };
  if (token === ',') return { message: 'a comma stands between nodes or attributes only', hint: 'take it away' };
  if (token === '+') return { message: 'only quoted texts can be joined with +', hint: 'put both sides in quotes' };
  if (KEYWORD.test(token))
    return { message: `${token} is a word of DOT and cannot stand here`, hint: `for a name write "${token}"` };
  const word = /^[^\s[\]{};,="]+/.exec(text.slice(at, at + 64))?.[0] ?? token;
  return {
    message: `${shown(token)} was not expected here`,
    hint: `a name with other signs than letters, digits and _ needs quotes: "${word}"`,
  };
}

function portMissing(token: string): Explanation {
  return { message: `a port's name was expected after the colon, not ${shown(token)}`, hint: 'write NODE:PORT' };
}

function shown(token: string): string {
  return token === '' ? 'the end of the file' : shorten(token, 40);
}

function tokenAt(text: string, at: number): string {
  const token = /--|->|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|-?(?:\.\d+|\d+(?:\.\d*)?)|./sy;
  token.lastIndex = at;
  return token.exec(text)?.[0] ?? '';
}
