import type { Wire } from '../../wires/wire.ts';

/** These nodes, and those that one of these wires joins them to. */
export function nearNodes(nodes: ReadonlySet<string>, wires: readonly Wire[]): ReadonlySet<string> {
  const near = new Set(nodes);
  for (const { ends } of wires) if (ends.some(({ node }) => nodes.has(node))) for (const { node } of ends) near.add(node);
  return near;
}
