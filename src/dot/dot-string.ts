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
