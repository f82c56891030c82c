import { visibleWidth } from './visible-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Lines of a table: columns two spaces apart, as wide as their widest cell, nothing after the last. Cells may hold colours. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) => lines.reduce((widest, line) => Math.max(widest, visibleWidth(line[index] ?? '')), 0));
  return lines.map((line) =>
    line
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align))
      .join('  ')
      .trimEnd(),
  );
}

function pad(cell: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - visibleWidth(cell)));
  return align === 'right' ? space + cell : cell + space;
}
