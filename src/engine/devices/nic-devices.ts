import { HostError } from '../../boundary/host-error.ts';
import { HOST, type InterfaceState, type Kernel, type KernelOp } from '../../boundary/kernel.ts';
import { NIC_FORCE, nicsOf } from '../../model/machine-devices.ts';
import { isNamespace, type TopologyNode } from '../../model/topology.ts';
import type { NicClaim } from './device-claims.ts';
import type { DeviceRefusal } from './device-refusal.ts';
import { type NicFacts, nicRefusal } from './nic-refusal.ts';

type Interfaces = Pick<Kernel, 'run' | 'interfaces' | 'abilities'>;

export function wantedNics(node: TopologyNode): readonly string[] {
  return isNamespace(node) ? nicsOf(node) : [];
}

/** The interfaces of the machine that are its own. */
export async function machineInterfaces(kernel: Interfaces): Promise<readonly InterfaceState[]> {
  const all = await kernel.interfaces([HOST]);
  return all.filter(({ alias, name }) => name !== 'lo' && !alias.startsWith('weft '));
}

export function nicRefusals(node: TopologyNode, facts: NicFacts): readonly DeviceRefusal[] {
  const force = node.attributes[NIC_FORCE] === 'true';
  return wantedNics(node).flatMap((nic) => nicRefusal(node.name, nic, force, facts) ?? []);
}

/** Moves interfaces of the machine into the node's namespace, and brings them up there; rejects with a HostError. */
export async function moveNics(kernel: Interfaces, node: string, nics: readonly NicClaim[]): Promise<void> {
  const ops = nics.flatMap(({ name }): KernelOp[] => [
    { op: 'link-move', netns: HOST, name, to: node },
    { op: 'link-set', netns: node, name, up: true },
  ]);
  const failure = (await kernel.run(ops)).find((outcome) => outcome !== undefined);
  if (failure === undefined) return;
  throw new HostError(failure.code, failure.message, {
    hint: 'the kernel moves no interface that belongs to a radio or a bridge',
  });
}

/** Gives them back as they were, but without addresses: those went when they were moved. Who is not there any more is left out. Gives what failed. */
export async function giveNicsBack(kernel: Interfaces, node: string, nics: readonly NicClaim[]): Promise<readonly string[]> {
  if (nics.length === 0) return [];
  const there = new Set((await kernel.interfaces([node])).map(({ name }) => name));
  const ops = nics.filter(({ name }) => there.has(name)).flatMap((nic) => wayBack(node, nic));
  return (await kernel.run(ops)).flatMap((failure) => failure?.message ?? []);
}

function wayBack(node: string, { name, up }: NicClaim): KernelOp[] {
  return [{ op: 'link-move', netns: node, name, to: HOST }, ...(up ? [{ op: 'link-set' as const, netns: HOST, name, up }] : [])];
}

/** The kernel gives physical interfaces back when their namespace ends, and deletes others (namespaces(7)). */
export function virtualWarnings(node: string, nics: readonly InterfaceState[]): readonly string[] {
  return nics.flatMap(({ kind, name }) =>
    kind === ''
      ? []
      : [`${name} is a virtual interface (${kind}): should the lab be killed before ${node} is stopped, it goes with it`],
  );
}
