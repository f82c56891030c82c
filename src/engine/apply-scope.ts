import { sameAttributes } from './desired/same-attributes.ts';
import type { Lab } from './lab.ts';

/** From this many nodes on, an apply looks only at what its file has changed. */
const large = 200;

/** The nodes that another description concerns, where the lab is large and they are few; undefined means all. */
export function applyScope(before: Lab, after: Lab): ReadonlySet<string> | undefined {
  if (after.records.size < large) return undefined;
  const touched = new Set<string>();
  for (const [name, { process, wanted }] of after.records) if (process === undefined || !wanted) touched.add(name);
  for (const [name, { node }] of before.records) if (after.records.get(name)?.node.kind !== node.kind) touched.add(name);
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const [id, wire] of one.links.wires) {
      if (other.links.wires.get(id) === wire && sameAttributes(one.link(id).attributes, other.link(id).attributes)) continue;
      for (const { node } of wire.ends) touched.add(node);
    }
  }
  return touched.size === 0 || touched.size * 4 > after.records.size ? undefined : touched;
}
