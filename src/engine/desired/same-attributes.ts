import type { Attributes } from '../../model/topology.ts';

/** Whether two have the same names with the same values, in whatever order. */
export function sameAttributes(one: Attributes, other: Attributes): boolean {
  if (one === other) return true;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
