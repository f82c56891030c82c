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
