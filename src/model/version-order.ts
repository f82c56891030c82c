/**
 * Compares names as `sort -V` does: runs of digits by their number, everything else by code unit; so `eth2` comes before `eth10`.
 * Total and stable: names that differ only in leading zeros are ordered by length, then by text.
 */
export function compareVersions(a: string, b: string): number {
  const left = pieces(a);
  const right = pieces(b);
  for (let at = 0; at < left.length && at < right.length; at++) {
    const order = comparePieces(left[at] as string, right[at] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

function pieces(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function comparePieces(a: string, b: string): number {
  const numeric = /^\d/.test(a) && /^\d/.test(b);
  if (!numeric) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}
