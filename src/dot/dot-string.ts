const KEYWORD = /^(strict|graph|digraph|subgraph|node|edge)$/i;
const BARE = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*$/;
const NUMERAL = /^-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)$/;

/** The text that a quoted string stands for. As in Graphviz only `\"` and a backslash at a line's end mean something; other escapes are kept. */
export function unquote(quoted: string): string {
  const end = quoted.length > 1 && quoted.endsWith('"') ? -1 : quoted.length;
  const inner = quoted.slice(1, end);
  return inner.includes('\\')
    ? inner.replace(/\\(\r?\n|["\\])/g, (all, what: string) => (what === '"' ? '"' : what === '\\' ? all : ''))
    : inner;
}

/**
 * Where each character of the text stands in the literal that was written for it: a bare name, an HTML text, a quoted string, or several with
 * `+` between them.
 */
export function placesInLiteral(literal: string): readonly number[] {
  if (!literal.startsWith('"')) return Array.from({ length: literal.length }, (_, at) => at);
  const places: number[] = [];
  for (const { 0: quoted, index } of literal.matchAll(/"(?:\\.|[^"\\])*"/gs)) {
    for (const { 0: sign, index: at } of quoted.slice(1, -1).matchAll(/\\(?:\r?\n|["\\])|./gs)) {
      const start = index + 1 + at;
      if (sign === '\\"') places.push(start);
      else if (sign === '\\\\') places.push(start, start + 1);
      else if (sign.length === 1) places.push(start);
    }
  }
  return places;
}

/**
 * A quoted string that reads back as the same text. DOT has no way to write an odd number of backslashes before a quote, a line end
 * or the end; such a text gets one backslash more.
 */
export function quote(text: string): string {
  const closed = text.replace(
    /(\\+)("|\r?\n)?|"/g,
    (all: string, backslashes: string | undefined, what: string | undefined, at: number) => {
      const atEnd = at + all.length === text.length;
      const odd = backslashes !== undefined && backslashes.length % 2 === 1 && (what !== undefined || atEnd);
      return (backslashes ?? '') + (odd ? '\\' : '') + (all.endsWith('"') ? '\\"' : (what ?? ''));
    },
  );
  return `"${closed}"`;
}

/** A name as people write it: bare where DOT allows, else quoted. */
export function writeName(name: string): string {
  return (BARE.test(name) && !KEYWORD.test(name)) || NUMERAL.test(name) ? name : quote(name);
}
