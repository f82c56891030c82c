/** The offset of the first token at or after `from`: white space and comments are passed over. One look at each character. */
export function skipSpace(text: string, from: number): number {
  const space = /\s*/y;
  let at = from;
  for (;;) {
    space.lastIndex = at;
    space.test(text);
    at = Math.max(space.lastIndex, at);
    if (text.startsWith('/*', at)) at = after(text, '*/', at + 2);
    else if (text.startsWith('//', at) || text[at] === '#') at = after(text, '\n', at);
    else return at;
  }
}

/** The offset behind the next `end`, or the end of the text. */
function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}
