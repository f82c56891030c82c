const LONGEST = 64;

/** The candidate that a person most likely meant: fewest slips of the pen, at most one in three letters; the first of equals. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestSlips = limit + 1;
  for (const candidate of candidates) {
    const slips = countSlips(name.toLowerCase(), candidate.toLowerCase());
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
}

/**
 * Damerau-Levenshtein distance in its optimal-string-alignment form: letters left out, put in, changed, or two neighbours swapped.
 * Names longer than 64 are infinitely far from everything.
 */
export function countSlips(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const change = at(above, column - 1) + (same ? 0 : 1);
      let slips = Math.min(at(above, column) + 1, at(current, column - 1) + 1, change);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) slips = Math.min(slips, at(before, column - 2) + 1);
      current.push(slips);
    }
    [before, above] = [above, current];
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
