import { unquote } from './dot-string.ts';
import type { Setting } from './graph.ts';
import type { NamedNode } from './part-reader.ts';
import { type Evaluation, type Statement, Statements } from './statements.ts';

/**
 * The same as evaluate, for texts (see notTextFault) without a mistake that need no more than most topologies do: statements for nodes, edges, defaults and
 * attributes of one graph that is not strict, in names, numbers and quoted texts. undefined for every other text, right or wrong: it
 * takes the parser, which is many times slower.
 */
export function evaluatePlain(text: string): Evaluation | undefined {
  try {
    const scanner = new Scanner(text);
    scanner.graph();
    return scanner.statements.outcome();
  } catch (failure) {
    if (failure === NOT_PLAIN) return undefined;
    throw failure;
  }
}

/** Thrown, and caught above, where a text is found to need the parser. */
const NOT_PLAIN = new Error('the text needs the parser');

const KEYWORD = /^(strict|graph|digraph|subgraph|node|edge)$/i;

/** A name, number or quoted text. */
interface Word {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly quoted: boolean;
}

class Scanner {
  readonly statements = new Statements();
  readonly #text: string;
  /** Where the next token begins. */
  #at = 0;
  /** A backslash, and none is between it and the last text that was looked at. */
  #backslash = -1;

  constructor(text: string) {
    this.#text = text;
    this.#skip();
  }

  graph(): void {
    const type = this.#word();
    if (type.quoted || type.text.toLowerCase() !== 'graph') throw NOT_PLAIN;
    if (this.#is('{')) this.statements.header(undefined, placeOf(type));
    else {
      const name = this.#id();
      this.statements.header(name.text, placeOf(name));
    }
    this.#take('{');
    while (!this.#is('}')) this.#statement();
    this.#take('}');
    if (this.#at < this.#text.length) throw NOT_PLAIN;
  }

  #statement(): void {
    const scope = this.statements.builder.root;
    const first = this.#word();
    const ends: Statement['ends'] = [];
    const settings: Setting[] = [];
    if (!first.quoted && KEYWORD.test(first.text)) {
      const kind = first.text.toLowerCase();
      if ((kind !== 'graph' && kind !== 'node' && kind !== 'edge') || !this.#is('[')) throw NOT_PLAIN;
      this.#attributes(settings);
      this.statements.carryOut({ kind, scope, ends, settings });
    } else if (this.#is('=')) {
      settings.push(this.#setting(first));
      this.statements.carryOut({ kind: 'graph', scope, ends, settings });
    } else {
      ends.push([this.statements.end(scope, this.#namedNode(first))]);
      while (this.#text.startsWith('--', this.#at)) {
        this.#advance(2);
        ends.push([this.statements.end(scope, this.#namedNode(this.#id()))]);
      }
      this.#attributes(settings);
      this.statements.carryOut({ kind: 'line', scope, ends, settings });
    }
    if (this.#is(';')) this.#advance(1);
  }

  #namedNode(name: Word): NamedNode {
    const named = { name: name.text, nameSpan: placeOf(name) };
    if (!this.#is(':')) return { ...named, port: undefined, span: named.nameSpan };
    this.#advance(1);
    const port = this.#id();
    const portSpan = placeOf(port);
    if (!this.#is(':')) return { ...named, port: port.text, portSpan, span: { from: name.from, to: port.to } };
    this.#advance(1);
    const side = this.#id();
    return { ...named, port: `${port.text}:${side.text}`, portSpan, span: { from: name.from, to: side.to } };
  }

  /** Any number of lists in brackets. */
  #attributes(settings: Setting[]): void {
    while (this.#is('[')) {
      this.#advance(1);
      while (!this.#is(']')) {
        settings.push(this.#setting(this.#id()));
        if (this.#is(',') || this.#is(';')) this.#advance(1);
      }
      this.#advance(1);
    }
  }

  #setting(name: Word): Setting {
    this.#take('=');
    const value = this.#id();
    return { name: name.text, value: value.text, html: false, nameSpan: placeOf(name), valueSpan: placeOf(value) };
  }

  #id(): Word {
    const word = this.#word();
    if (!word.quoted && KEYWORD.test(word.text)) throw NOT_PLAIN;
    return word;
  }

  /** What stands here, and after it something that cannot be a part of it. */
  #word(): Word {
    const text = this.#text;
    const from = this.#at;
    const quoted = text.charCodeAt(from) === QUOTE;
    const to = quoted ? this.#quoteEnd(from + 1) : this.#bareEnd(from);
    const word = { from, to, text: quoted ? unquote(text.slice(from, to)) : text.slice(from, to), quoted };
    const next = text.charCodeAt(to);
    if (!isParting(next) && !(next === DASH && text.charCodeAt(to + 1) === DASH)) throw NOT_PLAIN;
    this.#at = to;
    this.#skip();
    return word;
  }

  #quoteEnd(from: number): number {
    const end = this.#text.indexOf('"', from);
    if (end < 0) throw NOT_PLAIN;
    if (this.#backslash < from) {
      const next = this.#text.indexOf('\\', from);
      this.#backslash = next < 0 ? this.#text.length : next;
    }
    return this.#backslash > end ? end + 1 : this.#escapedEnd(this.#backslash);
  }

  #escapedEnd(from: number): number {
    for (let at = from; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) return at + 1;
    }
    throw NOT_PLAIN;
  }

  /** The end of an ASCII name or of a numeral. */
  #bareEnd(from: number): number {
    const text = this.#text;
    let at = from;
    if (isLetter(text.charCodeAt(at))) {
      do at++;
      while (isLetter(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)));
      return at;
    }
    if (text.charCodeAt(at) === DASH) at++;
    const digits = at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === digits) throw NOT_PLAIN;
    if (text[at] === '.') {
      at++;
      while (isDigit(text.charCodeAt(at))) at++;
    }
    return at;
  }

  #is(sign: string): boolean {
    return this.#text[this.#at] === sign;
  }

  #take(sign: string): void {
    if (!this.#is(sign)) throw NOT_PLAIN;
    this.#advance(1);
  }

  #advance(length: number): void {
    this.#at += length;
    this.#skip();
  }

  /** Over white space and comments. */
  #skip(): void {
    const text = this.#text;
    for (;;) {
      while (isSpace(text.charCodeAt(this.#at))) this.#at++;
      const code = text.charCodeAt(this.#at);
      if (code !== SLASH && code !== HASH) return;
      this.#at = this.#commentEnd(this.#at);
    }
  }

  #commentEnd(at: number): number {
    const text = this.#text;
    if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw NOT_PLAIN;
      return end + 2;
    }
    if (text[at] !== '#' && !text.startsWith('//', at)) throw NOT_PLAIN;
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
}

const [QUOTE, BACKSLASH, DASH, SLASH, HASH] = [34, 92, 45, 47, 35];

/** What may follow a word at once: white space, the end, `[ ] { } = ; , :`. */
function isParting(code: number): boolean {
  return (
    isSpace(code) ||
    Number.isNaN(code) ||
    code === 91 ||
    code === 93 ||
    code === 123 ||
    code === 125 ||
    code === 61 ||
    code === 59 ||
    code === 44 ||
    code === 58
  );
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

function placeOf({ from, to }: Word): { readonly from: number; readonly to: number } {
  return { from, to };
}
