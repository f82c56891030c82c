/**
 * Rows as column(1) lays them out for the tools: columns two spaces apart and as wide as their widest cell, the last as it is. A cell of several
 * lines begins new rows, and an empty row is left out.
 */
export function columnTable(rows: readonly (readonly string[])[]): readonly string[] {
  const lines = rows
    .map((row) => row.join(SEPARATOR))
    .join('\n')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(SEPARATOR));
  const count = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...lines.map((line) => Array.from(line[at] ?? '').length)));
  return lines.map((line) =>
    widths.map((width, at) => (at === count - 1 ? (line[at] ?? '') : padded(line[at] ?? '', width))).join('  '),
  );
}

/** Between the cells of a row, in none of them. */
const SEPARATOR = '\u001f';

function padded(text: string, width: number): string {
  return text + ' '.repeat(width - Array.from(text).length);
}
