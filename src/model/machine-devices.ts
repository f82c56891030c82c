import type { Attributes, TopologyNode } from './topology.ts';

/** The attribute that gives interfaces of the machine to a namespace. */
export const NIC = 'qn_nic';
/** The attribute that lets it take the interface of the machine's default route. */
export const NIC_FORCE = 'qn_nic_force';

/** The attribute that passes PCI devices of the machine through to a virtual machine. */
export const PCI = 'qn_pci';

/** The interfaces of the machine that a node takes while it runs, each once, in their order. */
export function nicsOf({ attributes }: { readonly attributes: Attributes }): readonly string[] {
  return listed(attributes[NIC]);
}

/** The PCI devices of the machine that a node gets while it runs, by their addresses in lower case, each once. */
export function pciDevicesOf({ attributes }: { readonly attributes: Attributes }): readonly string[] {
  return listed(attributes[PCI]?.toLowerCase());
}

export function takesNics({ kind }: Pick<TopologyNode, 'kind'>): boolean {
  return kind === 'namespace';
}

export function takesPci({ kind }: Pick<TopologyNode, 'kind'>): boolean {
  return kind === 'vm';
}

function listed(text = ''): readonly string[] {
  const parts = text.split(',').map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}
