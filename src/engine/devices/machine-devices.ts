import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { InterfaceState, Kernel } from '../../boundary/kernel.ts';
import type { PciDevices } from '../../boundary/pci-devices.ts';
import { pciDevicesOf, takesPci } from '../../model/machine-devices.ts';
import type { TopologyNode } from '../../model/topology.ts';
import type { ActiveLab } from '../active-lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';
import { defaultInterfaces } from './default-interfaces.ts';
import { DeviceClaims, type HeldClaim } from './device-claims.ts';
import type { DeviceRefusal } from './device-refusal.ts';
import { givePciBack } from './give-pci-back.ts';
import { giveNicsBack, machineInterfaces, moveNics, nicRefusals, virtualWarnings, wantedNics } from './nic-devices.ts';
import { pciRefusal } from './pci-refusal.ts';

export interface MachineDevicesParts {
  readonly lab: string;
  readonly kernel: Pick<Kernel, 'run' | 'interfaces' | 'abilities'>;
  readonly files: Files;
  readonly pci: PciDevices;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly log: (message: string) => void;
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

  /** Nodes among these that cannot have what they want, one reason each, once the nodes that are `ending` have given back theirs. Nothing is changed. */
  async refusals(records: readonly NodeRecord[], ending: ReadonlySet<string> = new Set()): Promise<readonly DeviceRefusal[]> {
    const nodes = records.map(({ node }) => node).filter((node) => wantedNics(node).length + wantedPci(node).length > 0);
    if (nodes.length === 0) return [];
    // A node that is started again may have what it had.
    await this.#givingBack;
    const { files, kernel, pci } = this.#parts;
    const read = async (path: string) => (await files.readTextIfThere(path)) ?? '';
    const all = await this.#claims.all();
    const freed = all.filter(({ lab, node }) => lab === this.#parts.lab && ending.has(node));
    const claims = all.filter((claim) => !freed.includes(claim));
    const common = { defaults: defaultInterfaces(await read('/proc/net/route'), await read('/proc/net/ipv6_route')) };
    const nicFacts = {
      ...common,
      host: kernel.abilities.host,
      interfaces: [...(await machineInterfaces(kernel)), ...freed.flatMap(({ nics }) => nics)].map(({ name }) => name),
      holders: holdersOf(claims, ({ nics }) => nics.map(({ name }) => name)),
    };
    const passingFacts = nodes.some((node) => wantedPci(node).length > 0) && {
      ...common,
      ...(await pci.facts()),
      isRoot: kernel.abilities.host,
      holders: holdersOf(claims, (claim) => claim.pci.map(({ address }) => address)),
    };
    return nodes.flatMap((node) => {
      const passing = passingFacts === false ? [] : (pciRefusal(node.name, wantedPci(node), passingFacts) ?? []);
      return [...nicRefusals(node, nicFacts), passing].flat().slice(0, 1);
    });
  }

  /** Gives a node what it wants of the machine, before it is launched. Gives warnings; rejects with a HostError, and nothing is taken then. */
  async take(active: ActiveLab, record: NodeRecord): Promise<readonly string[]> {
    const { name, node } = record;
    const [nics, addresses] = [wantedNics(node), wantedPci(node)];
    if (nics.length + addresses.length === 0) return [];
    const [refusal] = await this.refusals([record]);
    if (refusal !== undefined) throw new HostError('refused', refusal.message, { hint: refusal.hint });
    const { kernel, pci } = this.#parts;
    const moved = nics.length === 0 ? [] : (await machineInterfaces(kernel)).filter((each) => nics.includes(each.name));
    const passed = addresses.length === 0 ? [] : (await pci.facts()).devices.filter(({ address }) => addresses.includes(address));
    const claim = {
      nics: moved.map(({ name: nic, up }) => ({ name: nic, up })),
      pci: passed.map(({ address, driver }) => ({ address, driver: driver !== undefined })),
    };
    await this.#claims.write(name, claim);
    try {
      await moveNics(kernel, name, claim.nics);
      for (const { address } of claim.pci) await pci.pass(address);
    } catch (failure) {
      await this.#giveBack(name);
      throw failure;
    }
    await this.#configure(active, record, moved);
    return virtualWarnings(name, moved);
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
      const there = claim === undefined || claim.nics.length === 0 ? [] : await this.#parts.kernel.interfaces([node]);
      const own = there.filter(({ name }) => claim?.nics.some((nic) => nic.name === name));
      await this.#configure(active, record, own);
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

  /** What was given back before, or is gone, is passed over. */
  async #giveBack(node: string): Promise<void> {
    const claim = await this.#claims.of(node);
    if (claim === undefined) return;
    const { kernel, log, pci } = this.#parts;
    const failures = [...(await giveNicsBack(kernel, node, claim.nics)), ...(await givePciBack(pci, claim.pci))];
    for (const failure of failures) log(`${node}: ${failure}`);
    if (failures.length === 0) await this.#claims.remove(node);
  }
}

function wantedPci(node: TopologyNode): readonly string[] {
  return takesPci(node) ? pciDevicesOf(node) : [];
}

function holdersOf(claims: readonly HeldClaim[], devices: (claim: HeldClaim) => readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    claims.flatMap((claim) => devices(claim).map((device) => [device, `the lab ${claim.lab} (${claim.node})`] as const)),
  );
}
