/** A text as Python shows it in a message: in single quotes, in double ones where it holds single ones alone. */
export function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll(mark, `\\${mark}`);
  return `${mark}${escaped}${mark}`;
}

/** In the order of code points. */
export function byCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [at, character] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}

/** Fills lines of 80 characters with the words of a text, which may end behind a hyphen; a word that fits on no line is cut. */
export function filled(text: string, first: string, others: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  const begin = () => {
    lines.push(line.trimEnd());
    line = others;
    isEmpty = true;
  };
  for (const word of text.split(/\s+/).filter(Boolean)) {
    let space = ' ';
    for (let part of word.split(/(?<=\w[A-Za-z_]-)(?=\w+[A-Za-z_])/)) {
      if (!isEmpty && line.length + space.length + part.length > LINE) begin();
      for (; line.length + part.length > LINE && line.length < LINE; part = part.slice(LINE - others.length)) {
        line += part.slice(0, LINE - line.length);
        begin();
      }
      line += isEmpty ? part : space + part;
      isEmpty = false;
      space = '';
    }
  }
  return [...lines, line.trimEnd()];
}

const LINE = 80;
