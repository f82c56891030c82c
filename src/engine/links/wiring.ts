import { portKey } from '../../address/port-key.ts';
import type { Files } from '../../boundary/files.ts';
import { HOST, type Kernel, type KernelFailure, type KernelOp, PANEL } from '../../boundary/kernel.ts';
import type { ObservedLab, StrayWire } from '../../plan/observed.ts';
import { hubOps } from '../../wires/hub-ops.ts';
import type { Wire } from '../../wires/wire.ts';
import type { Lab } from '../lab.ts';
import { conditionedLinks, conditionWork } from './conditions.ts';
import { conditionsText } from './conditions-text.ts';
import { GuestCables } from './guest-cables.ts';
import { KnownWires } from './known-wires.ts';
import { nearNodes } from './near-nodes.ts';
import { observePlugs } from './observe-plugs.ts';
import { InterfaceIndex, strayWires } from './observe-wires.ts';

/** Who configures the interfaces of nodes. */
export interface HearsOfInterfaces {
  /** These namespaces have just been made, and hold no interface of a link yet. */
  readonly namespacesMade: (nodes: readonly string[]) => Promise<void>;
  /** The interfaces of these links have just come to be, or came up again. */
  readonly appeared: (links: readonly string[]) => Promise<void>;
  /** A node's interface is no longer there. */
  readonly gone: (node: string, port: string) => Promise<void>;
}

/** What is, as one description of the lab names it. */
export interface Observation {
  readonly observed: ObservedLab;
  /** The wire of a link as it was last made, or as the link takes it over; undefined where there is none. */
  readonly made: (link: string) => Wire | undefined;
}

/** Makes, watches and switches the wires of one lab. */
export class Wiring {
  readonly #kernel: Kernel;
  readonly #files: Files;
  #lab: Lab;
  readonly #hears: HearsOfInterfaces;
  readonly #known: KnownWires;
  readonly #guests: GuestCables;

  constructor(kernel: Kernel, files: Files, lab: Lab, hears: HearsOfInterfaces) {
    this.#kernel = kernel;
    this.#files = files;
    this.#lab = lab;
    this.#hears = hears;
    this.#known = new KnownWires(lab);
    this.#guests = new GuestCables(lab);
  }

  /** Works for another description of the same lab from now on; what is made stays until steps change it. */
  follow(lab: Lab): void {
    this.#lab = lab;
    this.#guests.follow(lab);
    this.#known.follow(lab);
  }

  /** Whether a link's wire exists, as far as was seen last. */
  isMade(link: string): boolean {
    return this.#known.made(link) !== undefined;
  }

  /** What the kernel's side of each link was last told. */
  get carrier(): ReadonlyMap<string, boolean> {
    return this.#known.carrier;
  }

  /**
   * Reads back from the kernel and the hypervisors what exists. With `scope`, only what touches these nodes is looked at, and the rest counts
   * as it was when it was last looked at. `lab` is the description to compare with.
   */
  async observe(scope?: ReadonlySet<string>, lab: Lab = this.#lab): Promise<Observation> {
    const namespaces = await this.#kernel.namespaces();
    const near = scope && nearNodes(scope, [...lab.links.wires.values(), ...this.#known.wires.values()]);
    const looked = namespaces.filter((name) => near?.has(name) ?? true);
    const host = this.#kernel.abilities.host ? [HOST] : [];
    const interfaces = await this.#kernel.interfaces([PANEL, ...host, ...looked]);
    const index = new InterfaceIndex(interfaces);
    const wires = new Set<string>();
    for (const wire of lab.links.wires.values()) if (this.#exists(wire, index, scope)) wires.add(wire.link);
    const { made, settings, conditions } = this.#known.takeIn({ lab, wires, index });
    const running = [...new Map([...this.#lab.records, ...lab.records]).values()].filter(({ process }) => process !== undefined);
    const records = running.filter(({ name }) => near?.has(name) ?? true);
    const { plugs, paused } = await observePlugs(lab, records, this.#guests.places, index);
    const unseen = [...this.#known.wires.values()].filter((wire) => wire.interfaces.length === 0);
    const strays = strayWires(lab.spec.name, interfaces, {
      wires: lab.links.wires.values(),
      known: (link) => this.isMade(link),
      isNeeded: ({ ends }) => ends.some(({ node }) => isAwake(lab, node)),
    });
    const gone = unseen.filter(({ link }) => !lab.links.wires.has(link)).map(({ link }): StrayWire => ({ link, interfaces: [] }));
    const observed = {
      namespaces: new Set(namespaces),
      processes: new Set(running.map(({ name }) => name)),
      wires,
      paused,
      strays: [...strays, ...gone],
      settings,
      conditions,
      carrier: new Map([...this.carrier].filter(([link, on]) => this.#guests.know(link, on, lab))),
      plugs,
    };
    return { observed, made };
  }

  /** What wires need of a new worker: some are carried by the worker itself. Call it once an engine has taken over a lab. */
  async resume(): Promise<void> {
    await this.observe();
    const { wires } = this.#known;
    await this.#kernel.run([...wires.values()].flatMap((wire) => wire.resume));
    const conditioned = [...conditionedLinks(this.#lab, wires.keys()), ...(await this.#stillConditioned())];
    await this.condition([...new Set(conditioned)]);
    await this.#hears.appeared([...wires.keys()].filter((link) => this.#lab.isPlugged(link)));
  }

  async makeNamespaces(nodes: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const outcomes = await this.#kernel.run(nodes.map((netns) => ({ op: 'netns-add', netns })));
    const failures = new Map(nodes.flatMap((node, at) => (outcomes[at] === undefined ? [] : [[node, outcomes[at]] as const])));
    await this.#hears.namespacesMade(nodes.filter((node) => !failures.has(node)));
    return failures;
  }

  async removeNamespaces(nodes: readonly string[]): Promise<void> {
    if (nodes.length > 0) await this.#kernel.run(nodes.map((netns) => ({ op: 'netns-delete', netns })));
  }

  /** Links that the kernel conditions, whatever is wanted of them: an engine before this one may have left a cut. */
  async #stillConditioned(): Promise<string[]> {
    const { wires } = this.#known;
    const namespaces = [...wires.values()].flatMap(({ interfaces }) => interfaces.map(({ netns }) => netns));
    const shown = await this.#kernel.conditioned([...new Set(namespaces)]);
    const keys = new Set(shown.map(({ netns, name }) => `${netns}\n${name}`));
    const isShown = ({ outlets }: Wire) => outlets.some((outlet) => outlet && keys.has(`${outlet.netns}\n${outlet.name}`));
    return [...wires].filter(([, wire]) => isShown(wire)).map(([link]) => link);
  }

  /** Makes the wires of these links; gives the failures by link. A wire that failed half-way is taken back. */
  async connect(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const wires = links.map((id) => this.#wire(id));
    const failures = await this.#runEach(wires.map((wire) => ({ link: wire.link, ops: wire.setUp })));
    for (const wire of wires) {
      if (!failures.has(wire.link)) {
        this.#known.setMade(wire);
        this.#known.setCarrier(wire.link, true);
      }
    }
    const halves = wires.filter((wire) => failures.has(wire.link)).flatMap((wire) => wire.tearDown);
    if (halves.length > 0) await this.#kernel.run(halves);
    await this.#flood(new Set(wires.flatMap((wire) => wire.hubPorts.map(({ hub }) => hub))));
    for (const [link, failure] of await this.condition(conditionedLinks(this.#lab, links))) {
      if (!failures.has(link)) failures.set(link, failure);
    }
    const made = links.filter((link) => this.isMade(link));
    // Where that fails, the next plan says that the carrier is still to be given.
    const dark = made.map((link) => this.#wire(link)).filter((wire) => this.#guests.isDark(wire));
    await this.#guests.tell(dark.map((wire) => [wire, true]));
    await this.#hears.appeared(made);
    return failures;
  }

  /** Brings about what the attributes of these links ask for, as far as this machine can (`conditionRefusals` says the rest); idempotent. Links without a wire are skipped. */
  async condition(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const made = links.filter((link) => this.isMade(link));
    const failures = await this.#runEach(
      made.map((link) => ({ link, ops: conditionWork(this.#lab, link, this.#kernel.abilities)?.ops ?? [] })),
    );
    for (const link of made)
      if (!failures.has(link)) this.#known.setConditions(link, conditionsText(this.#lab.link(link), this.#lab.conditions(link)));
    return failures;
  }

  /** Brings wires that exist to what their links say now; their carrier stays as it is. Gives the failures by link. */
  async adjust(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const work = links.map((id) => {
      const wire = this.#wire(id);
      const carrier = this.carrier.get(id) === false ? wire.carrier.off : [];
      return { link: id, ops: [...addressesGone(this.#known.made(id), wire), ...wire.setUp, ...carrier] };
    });
    const failures = await this.#runEach(work);
    for (const id of links) if (!failures.has(id)) this.#known.setMade(this.#wire(id));
    await this.condition(links.filter((id) => this.#known.conditions.has(id)));
    return failures;
  }

  /** Removes what is left of links that are no longer wanted; gives the failures by link. */
  async disconnect(strays: readonly StrayWire[]): Promise<ReadonlyMap<string, KernelFailure>> {
    if (strays.length === 0) return new Map();
    const work = strays.map(({ link, interfaces }) => ({
      link,
      ops: interfaces.map(({ netns, name }): KernelOp => ({ op: 'link-delete', netns, name })),
    }));
    const failures = await this.#runEach(work);
    for (const [id, wire] of [...this.#known.wires]) {
      if (this.#lab.links.wires.has(id)) continue;
      this.#known.forget(id);
      this.#guests.forget(wire);
      for (const file of wire.files) await this.#files.remove(file);
    }
    await this.#flood(new Set(this.#lab.links.hubs.keys()));
    for (const { interfaces } of strays) for (const { netns, name } of interfaces) await this.#hears.gone(netns, name);
    return failures;
  }

  /** Plugs a port into a guest that runs, with the carrier that its link has; rejects with a HostError. */
  async plug(node: string, port: string): Promise<void> {
    const link = this.#lab.linkOfPort.get(portKey(node, port));
    if (link === undefined || !(await this.#guests.plug(this.#wire(link.id), node, port))) return;
    await this.switchCarrier(new Map([[link.id, this.carrier.get(link.id) ?? true]]));
  }

  /** A port is about to be plugged. */
  foresee(node: string, port: string): void {
    this.#guests.foresee(node, port);
  }

  async unplug(node: string, port: string): Promise<void> {
    await this.#guests.unplug(node, port);
    await this.#hears.gone(node, port);
  }

  /** Switches the carrier of links at both ends, in the kernel and in the guests that run. Failures of guests are given, by link. */
  async switchCarrier(wanted: ReadonlyMap<string, boolean>): Promise<ReadonlyMap<string, string>> {
    const changes = [...wanted].filter(([link, on]) => this.isMade(link) && this.carrier.get(link) !== on);
    await this.#runEach(changes.map(([link, on]) => ({ link, ops: this.#wire(link).carrier[on ? 'on' : 'off'] })));
    for (const [link, on] of changes) this.#known.setCarrier(link, on);
    await this.#hears.appeared(changes.flatMap(([link, on]) => (on ? link : [])));
    return await this.#guests.tell([...wanted].map(([link, on]) => [this.#wire(link), on]));
  }

  /** A QEMU that starts sees its links up; of one that was found running nobody knows. */
  freshGuest(node: string): void {
    this.#guests.fresh(node);
  }

  /** Tells a guest that has just started which of its cables are unplugged; gives the refusals. */
  async unplugGuest(node: string): Promise<readonly string[]> {
    const off = new Map<string, boolean>();
    for (const { link, carrier } of this.#lab.links.wires.values()) {
      if (this.carrier.get(link) === false && carrier.guests.some((guest) => guest.node === node)) off.set(link, false);
    }
    return off.size === 0 ? [] : [...(await this.switchCarrier(off)).values()];
  }

  /** Removes what lies outside the sandbox or survives it: interfaces of the machine's own network, and sockets. */
  async dismantle(): Promise<void> {
    const wires = [...new Set([...this.#lab.links.wires.values(), ...this.#known.wires.values()])];
    const onHost = wires.filter((wire) => wire.interfaces.some(({ netns }) => netns === HOST));
    if (onHost.length > 0) await this.#kernel.run(onHost.flatMap((wire) => wire.tearDown));
    for (const wire of wires) for (const file of wire.files) await this.#files.remove(file);
    this.#known.clear();
  }

  /** What two QEMUs carry between themselves shows nowhere in the kernel: it stays as it was made. */
  #exists(wire: Wire, index: InterfaceIndex, scope: ReadonlySet<string> | undefined): boolean {
    const unseen = wire.interfaces.length === 0 || (scope !== undefined && !wire.ends.some(({ node }) => scope.has(node)));
    return unseen ? this.isMade(wire.link) : index.holds(wire);
  }

  async #flood(hubs: ReadonlySet<string>): Promise<void> {
    const ops: KernelOp[] = [];
    for (const hub of hubs) {
      const ports = (this.#lab.links.hubs.get(hub) ?? []).filter(({ link }) => this.isMade(link));
      ops.push(...hubOps(ports.map(({ port }) => port)));
    }
    if (ops.length > 0) await this.#kernel.run(ops);
  }

  async #runEach(work: readonly { link: string; ops: readonly KernelOp[] }[]): Promise<Map<string, KernelFailure>> {
    const outcomes = await this.#kernel.run(work.flatMap(({ ops }) => ops));
    const failures = new Map<string, KernelFailure>();
    let at = 0;
    for (const { link, ops } of work) {
      for (const _ of ops) {
        const outcome = outcomes[at++];
        if (outcome !== undefined && !failures.has(link)) failures.set(link, outcome);
      }
    }
    return failures;
  }

  #wire(link: string): Wire {
    const wire = this.#lab.links.wires.get(link);
    if (wire === undefined) throw new Error(`no wire for ${link}`);
    return wire;
  }
}

function isAwake({ records }: Lab, node: string): boolean {
  const record = records.get(node);
  return record !== undefined && (record.wanted || record.process !== undefined);
}

/** Addresses that a wire was given once and that its link no longer has. */
function addressesGone(before: Wire | undefined, now: Wire): KernelOp[] {
  const kept = new Set(now.setUp.flatMap((op) => (op.op === 'address-add' ? [`${op.netns}/${op.name}/${op.address}`] : [])));
  return (before?.setUp ?? []).flatMap((op): KernelOp[] => {
    if (op.op !== 'address-add' || kept.has(`${op.netns}/${op.name}/${op.address}`)) return [];
    return [{ op: 'address-delete', netns: op.netns, name: op.name, address: op.address }];
  });
}
