import type { Attributes, TopologyNode } from './topology.ts';

/** The attribute that gives interfaces of the machine to a namespace. */
export const NIC = 'qn_nic';
/** The attribute that lets it take the interface of the machine's default route. */
export const NIC_FORCE = 'qn_nic_force';

/** The interfaces of the machine that a node takes while it runs, each once, in their order. */
export function nicsOf({ attributes }: { readonly attributes: Attributes }): readonly string[] {
  const names = (attributes[NIC] ?? '').split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

export function takesNics({ kind }: Pick<TopologyNode, 'kind'>): boolean {
  return kind === 'namespace';
}
