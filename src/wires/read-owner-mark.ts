/** What the owner mark of an interface says. */
export interface OwnerMark {
  /** `NODE:PORT` that the interface belongs to. */
  readonly own: string;
  /** `NODE:PORT` at the other end. */
  readonly other: string;
}

/** Reads an alias that `ownerMark` wrote for this lab; undefined for any other text. */
export function readOwnerMark(lab: string, alias: string): OwnerMark | undefined {
  const begin = `weft ${lab} `;
  if (!alias.startsWith(begin)) return undefined;
  const at = alias.indexOf(' -- ', begin.length);
  return at < 0 ? undefined : { own: alias.slice(begin.length, at), other: alias.slice(at + ' -- '.length) };
}
