/**
 * Compares names as `sort -V` does (GNU coreutils manual, version sort): runs of digits by their number, elsewhere letters before other
 * characters and `~` before everything; endings such as `.lan` count only between names that are else equal. So `eth2` comes before `eth10`.
 * A total order: only equal names compare as 0.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  return compareRuns(stem(a), stem(b)) || compareRuns(a, b) || (a < b ? -1 : 1);
}

function stem(name: string): string {
  return name.includes('.', 1) ? name.slice(0, 1) + name.slice(1).replace(/(\.[A-Za-z~][A-Za-z0-9~]*)+$/, '') : name;
}

/** Alternates between runs of other characters, compared one by one, and runs of digits, compared as numbers. */
function compareRuns(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const order = rank(a, i++) - rank(b, j++);
      if (order !== 0) return order;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    for (; isDigit(a, i) && isDigit(b, j); i++, j++) first ||= a.charCodeAt(i) - b.charCodeAt(j);
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** `~`, the end, a digit, letters by code, everything else by code. */
function rank(text: string, at: number): number {
  if (at >= text.length) return -1;
  if (isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 126) return -2;
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return letter ? code : code + 0x10000;
}
