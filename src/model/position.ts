import type { Position } from './diagnostic.ts';

/** Answers many questions about one text: a binary search each. Lines end in LF, CRLF or CR. */
export type LineIndex = (offset: number) => Position;

/** Reads the text once. Offsets outside the text are moved to its nearest end. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length);
  return (offset) => {
    const inside = Math.min(Math.max(offset, 0), text.length);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 };
  };
}

/** Line and column of one offset; use indexLines for many. */
export function positionOf(text: string, offset: number): Position {
  return indexLines(text)(offset);
}
