import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import { HOST, type InterfaceState, type Kernel, type KernelOp } from '../../boundary/kernel.ts';
import { NIC_FORCE, nicsOf } from '../../model/machine-devices.ts';
import { isNamespace, type TopologyNode } from '../../model/topology.ts';
import type { ActiveLab } from '../active-lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';
import { DeviceClaims, type NicClaim } from './device-claims.ts';
import { defaultInterfaces, type NicFacts, type NicRefusal, nicRefusal } from './nic-refusal.ts';

export interface MachineDevicesParts {
  readonly kernel: Pick<Kernel, 'run' | 'interfaces' | 'abilities'>;
  readonly files: Files;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly log: (message: string) => void;
}

/** Why a node cannot have what it wants of the machine. */
export interface DeviceRefusal extends NicRefusal {
  readonly node: string;
}

/** Devices of the machine itself that nodes have while they run: they are taken before a node is launched, and given back when it has ended. */
export class MachineDevices {
  readonly #parts: MachineDevicesParts;
  readonly #claims: DeviceClaims;
  #givingBack: Promise<void> = Promise.resolve();

  constructor(parts: MachineDevicesParts) {
    this.#parts = parts;
    this.#claims = new DeviceClaims(parts.files, parts.run);
  }

  /** Nodes among these that cannot have what they want. Nothing is changed. */
  async refusals(records: readonly NodeRecord[]): Promise<readonly DeviceRefusal[]> {
    const wanting = records.filter(({ node }) => isNamespace(node) && nicsOf(node).length > 0);
    if (wanting.length === 0) return [];
    const facts = await this.#nicFacts();
    return wanting.flatMap(({ name, node }) => {
      const refusals = nicsOf(node).flatMap((nic) => nicRefusal(name, nic, isForced(node), facts) ?? []);
      return refusals.slice(0, 1).map((refusal) => ({ node: name, ...refusal }));
    });
  }

  /** Gives a node what it wants of the machine, before it is launched. Gives warnings; rejects with a HostError, and nothing is taken then. */
  async take(active: ActiveLab, record: NodeRecord): Promise<readonly string[]> {
    const { name, node } = record;
    const nics = isNamespace(node) ? nicsOf(node) : [];
    if (nics.length === 0) return [];
    await this.#givingBack;
    const [refusal] = await this.refusals([record]);
    if (refusal !== undefined) throw new HostError('refused', refusal.message, { hint: refusal.hint });
    const there = await this.#machineInterfaces();
    const taken = there.filter((each) => nics.includes(each.name));
    await this.#claims.write(name, { nics: taken.map(({ name: nic, up }) => ({ name: nic, up })) });
    const ops = taken.flatMap(({ name: nic }): KernelOp[] => [
      { op: 'link-move', netns: HOST, name: nic, to: name },
      { op: 'link-set', netns: name, name: nic, up: true },
    ]);
    const failure = (await this.#parts.kernel.run(ops)).find((outcome) => outcome !== undefined);
    if (failure !== undefined) {
      await this.#giveBack(name);
      throw new HostError(failure.code, failure.message, { hint: 'wireless interfaces cannot be moved; others can' });
    }
    await this.#configure(active, record, taken);
    return taken.flatMap(({ kind, name: nic }) => virtualWarning(name, nic, kind));
  }

  /** Nodes that run on under a new engine: what is known of their interfaces is found out again. */
  async adopt(active: ActiveLab): Promise<void> {
    for (const node of await this.#claims.nodes()) {
      const record = active.lab.records.get(node);
      if (record?.process === undefined) {
        await this.#giveBack(node);
        continue;
      }
      const claim = await this.#claims.of(node);
      const there = await this.#parts.kernel.interfaces([node]);
      await this.#configure(
        active,
        record,
        there.filter(({ name }) => claim?.nics.some((nic) => nic.name === name)),
      );
    }
  }

  /** The node has ended: what it had is the machine's again. */
  ended(node: string): void {
    this.#givingBack = this.#givingBack
      .then(() => this.#giveBack(node))
      .catch((failure: unknown) => this.#parts.log(String(failure)));
  }

  /** Resolves when all that ended nodes had is given back. */
  get settled(): Promise<void> {
    return this.#givingBack;
  }

  async #configure(active: ActiveLab, record: NodeRecord, nics: readonly InterfaceState[]): Promise<void> {
    if (nics.length === 0) return;
    await active.config.interfacesAppeared(nics.map(({ mac, name: port }) => ({ node: record, port, mac })));
    // Its clients are led to the name servers that it has now.
    await active.loadRules();
  }

  /** Interfaces that are not in the node's namespace any more were given back before, or are gone. */
  async #giveBack(node: string): Promise<void> {
    const claim = await this.#claims.of(node);
    if (claim === undefined) return;
    const there = new Set((await this.#parts.kernel.interfaces([node])).map(({ name }) => name));
    const back = claim.nics.filter(({ name }) => there.has(name));
    const outcomes = await this.#parts.kernel.run(back.flatMap((nic) => wayBack(node, nic)));
    for (const failure of outcomes) if (failure !== undefined) this.#parts.log(`${node}: ${failure.message}`);
    if (outcomes.every((outcome) => outcome === undefined)) await this.#claims.remove(node);
  }

  async #machineInterfaces(): Promise<readonly InterfaceState[]> {
    const all = await this.#parts.kernel.interfaces([HOST]);
    return all.filter(({ alias, name }) => name !== 'lo' && !alias.startsWith('weft '));
  }

  async #nicFacts(): Promise<NicFacts> {
    const { files, kernel } = this.#parts;
    const read = async (path: string) => (await files.readTextIfThere(path)) ?? '';
    return {
      host: kernel.abilities.host,
      interfaces: (await this.#machineInterfaces()).map(({ name }) => name),
      defaults: defaultInterfaces(await read('/proc/net/route'), await read('/proc/net/ipv6_route')),
      holders: new Map(
        (await this.#claims.all()).flatMap(({ lab, nics, node }) => nics.map(({ name }) => [name, `the lab ${lab} (${node})`])),
      ),
    };
  }
}

function isForced({ attributes }: TopologyNode): boolean {
  return attributes[NIC_FORCE] === 'true';
}

/** As it was taken, but without addresses: those went when it was moved. */
function wayBack(node: string, { name, up }: NicClaim): KernelOp[] {
  return [{ op: 'link-move', netns: node, name, to: HOST }, ...(up ? [{ op: 'link-set' as const, netns: HOST, name, up }] : [])];
}

/** The kernel gives physical interfaces back when their namespace ends, and deletes others (namespaces(7)). */
function virtualWarning(node: string, nic: string, kind: string): string[] {
  if (kind === '') return [];
  return [`${nic} is a virtual interface (${kind}): should the lab be killed before ${node} is stopped, it goes with it`];
}
