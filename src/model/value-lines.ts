/** One line of a value, and where it stands in it. */
export interface ValueLine {
  readonly text: string;
  /** Where the line begins. */
  readonly at: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** The lines of an attribute's value. A `\n` written out, as DOT strings have it, separates lines, too. Never empty. */
export function valueLines(value: string): readonly ValueLine[] {
  const lines: ValueLine[] = [];
  let at = 0;
  for (const { 0: end, index } of value.matchAll(/\\n|\r?\n|$/g)) {
    const next = index + end.length;
    lines.push({ text: value.slice(at, index), at, next });
    at = next;
  }
  return lines;
}
