import type { Diagnostic, DiagnosticCode, Span } from '../model/diagnostic.ts';

/** Subgraphs inside subgraphs: more than a person writes, less than what breaks Graphviz. */
const DEEPEST = 256;

/** Quotes, comments and brackets that do not pair up: mistakes after which the rest of a file cannot be trusted. */
export interface TokenFaults {
  readonly diagnostics: readonly Diagnostic[];
  /** HTML texts with their angle brackets; one that is never closed runs to the end. */
  readonly htmlTexts: readonly Span[];
  /** From here on, what a parser complains about follows from the faults above. */
  readonly trustedTo: number;
}

/** Reads the text once, looking at each character once. A fault of quotes, comments, HTML texts or depth ends the reading. */
export function findTokenFaults(text: string): TokenFaults {
  const scan = new PairScan(text);
  const start = /"|\/\*|\/\/|#|--|->|[<{}[\]]/g;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const end = scan.token(match[0], match.index);
    if (end === undefined) return scan;
    start.lastIndex = end;
  }
  scan.end();
  return scan;
}

class PairScan implements TokenFaults {
  readonly diagnostics: Diagnostic[] = [];
  readonly htmlTexts: Span[] = [];
  trustedTo = Number.POSITIVE_INFINITY;
  readonly #text: string;
  readonly #open: { sign: '{' | '['; at: number }[] = [];
  #firstLongString: number | undefined;
  #colour: Span | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes the token that begins here; the offset behind it, or undefined when it never ends. */
  token(start: string, at: number): number | undefined {
    switch (start) {
      case '"':
        return this.#string(at);
      case '/*': {
        const end = this.#text.indexOf('*/', at + 2);
        if (end >= 0) return end + 2;
        this.#report({ from: at, to: at + 2 }, 'this comment is never closed', 'end it with */');
        return undefined;
      }
      case '#':
        this.#rememberColour(at);
        return this.#lineEnd(at);
      case '//':
        return this.#lineEnd(at);
      case '<': {
        const end = htmlEnd(this.#text, at);
        this.htmlTexts.push({ from: at, to: end ?? this.#text.length });
        if (end === undefined)
          this.#report(one(at), 'this < begins an HTML text that is never closed', 'end it with >, or put the text in quotes');
        return end;
      }
      default:
        this.#bracket(start, at);
        if (this.#open.length <= DEEPEST) return at + start.length;
        this.#report(one(at), `braces are nested more than ${DEEPEST} deep`, 'take some of them away', 'too-deep');
        return undefined;
    }
  }

  /** At the end of the file nothing may be open. */
  end(): void {
    const last = this.#open.at(-1);
    if (last === undefined || this.diagnostics.length > 0) return;
    if (last.sign === '[') {
      this.#reportOpenBracket(last.at, 'this [ is never closed');
      return;
    }
    const end = this.#text.trimEnd().length;
    const line = this.#text.slice(0, last.at).split('\n').length;
    this.#report({ from: end - 1, to: end }, 'the file ends where a } was expected', `close the { of line ${line}`);
  }

  /** An unclosed quote turns all quotes after it around, so the first text that runs over a line end is the likely culprit. */
  #string(at: number): number | undefined {
    let runsOver = false;
    for (let here = at + 1; here < this.#text.length; here++) {
      const sign = this.#text[here];
      if (sign === '\\') here++;
      else if (sign === '\n') runsOver = true;
      else if (sign === '"') {
        if (runsOver) this.#firstLongString ??= at;
        return here + 1;
      }
    }
    this.#report(one(this.#firstLongString ?? at), 'this quote is never closed', 'end the text with "');
    return undefined;
  }

  #bracket(token: string, at: number): void {
    const top = this.#open.at(-1);
    if (top?.sign === '[' && token !== ']') {
      this.#reportOpenBracket(top.at, `this [ is not closed before the ${token}`);
      this.#open.pop();
      this.#bracket(token, at);
    } else if (token === '{' || token === '[') this.#open.push({ sign: token, at });
    else if ((token === '}' && top?.sign === '{') || (token === ']' && top?.sign === '[')) this.#open.pop();
  }

  #reportOpenBracket(at: number, message: string): void {
    const colour = this.#colour;
    if (colour === undefined || colour.from < at) this.#report(one(at), message, 'end the attributes with ]');
    else
      this.#report(
        colour,
        'a # begins a comment, so a colour needs quotes',
        `write "${this.#text.slice(colour.from, colour.to)}"`,
      );
  }

  /** `=#ff0000` is no comment to the person who wrote it; said only where the comment leaves a bracket open. */
  #rememberColour(at: number): void {
    const colour = /#[0-9a-f]{3,8}\b/iy;
    colour.lastIndex = at;
    if (/=\s*$/.test(this.#text.slice(Math.max(0, at - 8), at)) && colour.test(this.#text))
      this.#colour = { from: at, to: colour.lastIndex };
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end < 0 ? this.#text.length : end;
  }

  #report(span: Span, message: string, hint: string, code: DiagnosticCode = 'syntax'): void {
    this.diagnostics.push({ code, severity: 'error', message, hint, span });
    this.trustedTo = Math.min(this.trustedTo, span.from);
  }
}

function htmlEnd(text: string, start: number): number | undefined {
  const bracket = /[<>]/g;
  bracket.lastIndex = start;
  let depth = 0;
  for (let match = bracket.exec(text); match !== null; match = bracket.exec(text)) {
    depth += match[0] === '<' ? 1 : -1;
    if (depth === 0) return bracket.lastIndex;
  }
  return undefined;
}

function one(at: number): Span {
  return { from: at, to: at + 1 };
}
