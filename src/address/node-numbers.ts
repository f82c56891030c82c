/** Nodes to their numbers: what addresses of uplinks and names of their interfaces are made from. */
export type NodeNumbers = Readonly<Record<string, number>>;

/** As many nodes can have a number as Qubes has qids (specs of Qubes networking, section 1). */
const MOST_NUMBERS = 9999;

/**
 * A number for each name: the one that it has, else the smallest free from 1 on, in the order given. Names that are gone set theirs free. The
 * same object comes back where nothing changes. Nodes beyond the last number get none.
 */
export function nodeNumbers(names: readonly string[], before: NodeNumbers): NodeNumbers {
  const kept = names.filter((name) => Object.hasOwn(before, name));
  if (kept.length === names.length && kept.length === Object.keys(before).length) return before;
  const numbers = new Map(kept.map((name) => [name, before[name] as number]));
  const taken = new Set(numbers.values());
  let next = 1;
  for (const name of names) {
    if (numbers.has(name)) continue;
    while (taken.has(next)) next++;
    if (next > MOST_NUMBERS) break;
    numbers.set(name, next);
    taken.add(next);
  }
  return Object.fromEntries(names.flatMap((name) => (numbers.has(name) ? [[name, numbers.get(name) as number]] : [])));
}
