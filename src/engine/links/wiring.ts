import { portKey } from '../../address/port-key.ts';
import type { Files } from '../../boundary/files.ts';
import { HOST, type Kernel, type KernelFailure, type KernelOp, PANEL } from '../../boundary/kernel.ts';
import type { ObservedLab, StrayWire } from '../../plan/observed.ts';
import { hubOps } from '../../wires/hub-ops.ts';
import type { Wire } from '../../wires/wire.ts';
import { type Lab, settingsOf } from '../lab.ts';
import { conditionedLinks, conditionWork } from './conditions.ts';
import { conditionsText } from './conditions-text.ts';
import { GuestCables } from './guest-cables.ts';
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

/** What there was for another description of the lab. */
interface Ahead {
  readonly lab: Lab;
  readonly wires: ReadonlySet<string>;
  readonly index: InterfaceIndex;
  /** By link of that description: wires that links have made which it does not have. */
  readonly takenOver: ReadonlyMap<string, Wire>;
}

/** Makes, watches and switches the wires of one lab. */
export class Wiring {
  readonly #kernel: Kernel;
  readonly #files: Files;
  #lab: Lab;
  readonly #hears: HearsOfInterfaces;
  /** Wires that exist, as they were last made. */
  readonly #made = new Map<string, Wire>();
  /** What the kernel's side of each link was last told. */
  readonly carrier: Map<string, boolean> = new Map();
  /** What links were last made to do to frames. */
  readonly #conditions = new Map<string, string>();
  readonly #guests: GuestCables;
  /** What was last looked at for a description that may come to count. */
  #ahead: Ahead | undefined;

  constructor(kernel: Kernel, files: Files, lab: Lab, hears: HearsOfInterfaces) {
    this.#kernel = kernel;
    this.#files = files;
    this.#lab = lab;
    this.#hears = hears;
    this.#guests = new GuestCables(lab);
  }

  /** Works for another description of the same lab from now on; what is made stays until steps change it. */
  follow(lab: Lab): void {
    this.#lab = lab;
    this.#guests.follow(lab);
    if (this.#ahead?.lab === lab) this.#note(this.#ahead.wires, this.#ahead.index);
    this.#ahead = undefined;
  }

  /** The wire of a link as it was last made, also of one in the description that was last looked at; undefined where there is none. */
  made(link: string): Wire | undefined {
    return this.#made.get(link) ?? this.#ahead?.takenOver.get(link);
  }

  /**
   * Reads back from the kernel and the hypervisors what exists. With `scope`, only what touches these nodes is looked at, and the rest counts
   * as it was when it was last looked at. `lab` is the description to compare with.
   */
  async observe(scope?: ReadonlySet<string>, lab: Lab = this.#lab): Promise<ObservedLab> {
    const namespaces = await this.#kernel.namespaces();
    const near = scope && this.#near(scope, lab);
    const looked = namespaces.filter((name) => near?.has(name) ?? true);
    const host = this.#kernel.abilities.host ? [HOST] : [];
    const interfaces = await this.#kernel.interfaces([PANEL, ...host, ...looked]);
    const index = new InterfaceIndex(interfaces);
    const wires = new Set<string>();
    for (const wire of lab.links.wires.values()) if (this.#exists(wire, index, scope)) wires.add(wire.link);
    // Of another description, what is there counts once that one does.
    this.#ahead = lab === this.#lab ? undefined : { lab, wires, index, takenOver: this.#takenOver(wires, lab) };
    if (lab === this.#lab) this.#note(wires, index);
    const running = [...new Map([...this.#lab.records, ...lab.records]).values()].filter(({ process }) => process !== undefined);
    const records = running.filter(({ name }) => near?.has(name) ?? true);
    const { plugs, paused } = await observePlugs(lab, records, this.#guests.places, index);
    const gone = [...this.#made.values()].filter((wire) => wire.interfaces.length === 0 && !lab.links.wires.has(wire.link));
    return {
      namespaces: new Set(namespaces),
      processes: new Set(running.map(({ name }) => name)),
      wires,
      paused,
      strays: [
        ...strayWires(lab.spec.name, interfaces, {
          wires: lab.links.wires.values(),
          known: (link) => this.#made.has(link),
          isNeeded: ({ ends }) => ends.some(({ node }) => isAwake(lab, node)),
        }),
        ...gone.map(({ link }): StrayWire => ({ link, interfaces: [] })),
      ],
      settings: new Map(
        [...this.#made, ...(this.#ahead?.takenOver ?? [])]
          .filter(([id, wire]) => lab.links.wires.get(id) !== wire)
          .map(([id, wire]) => [id, settingsOf(wire)]),
      ),
      conditions: new Map([...this.#conditions, ...this.#inherited(this.#ahead?.takenOver ?? new Map())]),
      carrier: new Map([...this.carrier].filter(([link, on]) => this.#guests.know(link, on, lab))),
      plugs,
    };
  }

  /** What wires need of a new worker: some are carried by the worker itself. Call it once an engine has taken over a lab. */
  async resume(): Promise<void> {
    await this.observe();
    await this.#kernel.run([...this.#made.values()].flatMap((wire) => wire.resume));
    const conditioned = [...conditionedLinks(this.#lab, this.#made.keys()), ...(await this.#stillConditioned())];
    await this.condition([...new Set(conditioned)]);
    await this.#hears.appeared([...this.#made.keys()].filter((link) => this.#lab.isPlugged(link)));
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
    const namespaces = [...this.#made.values()].flatMap(({ interfaces }) => interfaces.map(({ netns }) => netns));
    const shown = await this.#kernel.conditioned([...new Set(namespaces)]);
    const keys = new Set(shown.map(({ netns, name }) => `${netns}\n${name}`));
    const isShown = ({ outlets }: Wire) => outlets.some((outlet) => outlet && keys.has(`${outlet.netns}\n${outlet.name}`));
    return [...this.#made].filter(([, wire]) => isShown(wire)).map(([link]) => link);
  }

  /** Makes the wires of these links; gives the failures by link. A wire that failed half-way is taken back. */
  async connect(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const wires = links.map((id) => this.#wire(id));
    const failures = await this.#runEach(wires.map((wire) => ({ link: wire.link, ops: wire.setUp })));
    for (const wire of wires) {
      if (!failures.has(wire.link)) {
        this.#made.set(wire.link, wire);
        this.carrier.set(wire.link, true);
      }
    }
    const halves = wires.filter((wire) => failures.has(wire.link)).flatMap((wire) => wire.tearDown);
    if (halves.length > 0) await this.#kernel.run(halves);
    await this.#flood(new Set(wires.flatMap((wire) => wire.hubPorts.map(({ hub }) => hub))));
    for (const [link, failure] of await this.condition(conditionedLinks(this.#lab, links))) {
      if (!failures.has(link)) failures.set(link, failure);
    }
    const made = links.filter((link) => this.#made.has(link));
    // Where that fails, the next plan says that the carrier is still to be given.
    const dark = made.map((link) => this.#wire(link)).filter((wire) => this.#guests.isDark(wire));
    await this.#guests.tell(dark.map((wire) => [wire, true]));
    await this.#hears.appeared(made);
    return failures;
  }

  /** Brings about what the attributes of these links ask for, as far as this machine can (`conditionRefusals` says the rest); idempotent. Links without a wire are skipped. */
  async condition(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const made = links.filter((link) => this.#made.has(link));
    const failures = await this.#runEach(
      made.map((link) => ({ link, ops: conditionWork(this.#lab, link, this.#kernel.abilities)?.ops ?? [] })),
    );
    for (const link of made)
      if (!failures.has(link)) this.#conditions.set(link, conditionsText(this.#lab.link(link), this.#lab.conditions(link)));
    return failures;
  }

  /** Brings wires that exist to what their links say now; their carrier stays as it is. Gives the failures by link. */
  async adjust(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const work = links.map((id) => {
      const wire = this.#wire(id);
      const carrier = this.carrier.get(id) === false ? wire.carrier.off : [];
      return { link: id, ops: [...addressesGone(this.#made.get(id), wire), ...wire.setUp, ...carrier] };
    });
    const failures = await this.#runEach(work);
    for (const id of links) if (!failures.has(id)) this.#made.set(id, this.#wire(id));
    await this.condition(links.filter((id) => this.#conditions.has(id)));
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
    for (const [id, wire] of this.#made) {
      if (this.#lab.links.wires.has(id)) continue;
      this.#made.delete(id);
      this.carrier.delete(id);
      this.#conditions.delete(id);
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
    const changes = [...wanted].filter(([link, on]) => this.#made.has(link) && this.carrier.get(link) !== on);
    await this.#runEach(changes.map(([link, on]) => ({ link, ops: this.#wire(link).carrier[on ? 'on' : 'off'] })));
    for (const [link, on] of changes) this.carrier.set(link, on);
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
    const wires = [...new Set([...this.#lab.links.wires.values(), ...this.#made.values()])];
    const onHost = wires.filter((wire) => wire.interfaces.some(({ netns }) => netns === HOST));
    if (onHost.length > 0) await this.#kernel.run(onHost.flatMap((wire) => wire.tearDown));
    for (const wire of wires) for (const file of wire.files) await this.#files.remove(file);
    this.#made.clear();
  }

  /** What two QEMUs carry between themselves shows nowhere in the kernel: it stays as it was made. */
  #exists(wire: Wire, index: InterfaceIndex, scope: ReadonlySet<string> | undefined): boolean {
    const unseen = wire.interfaces.length === 0 || (scope !== undefined && !wire.ends.some(({ node }) => scope.has(node)));
    return unseen ? this.#made.has(wire.link) : index.holds(wire);
  }

  /** A wire that an engine before this one left otherwise than it is desired now counts as made from nothing, and is adjusted. */
  #note(wires: ReadonlySet<string>, index: InterfaceIndex): void {
    const predecessor = this.#predecessors(this.#lab);
    for (const id of wires) {
      if (this.#made.has(id)) continue;
      const wire = this.#wire(id);
      const before = predecessor(wire);
      this.#made.set(id, before ?? (index.suits(wire) ? wire : { ...wire, setUp: [] }));
      if (before !== undefined)
        for (const [link, text] of this.#inherited(new Map([[id, before]]))) this.#conditions.set(link, text);
    }
    for (const id of this.#made.keys()) {
      if (wires.has(id) || !this.#lab.links.wires.has(id)) continue;
      this.#made.delete(id);
      this.carrier.delete(id);
      this.#conditions.delete(id);
    }
  }

  /** What links do to frames because those whose wires they take over did. */
  #inherited(takenOver: ReadonlyMap<string, Wire>): readonly (readonly [link: string, conditions: string])[] {
    return [...takenOver].flatMap(([link, before]) => {
      const text = this.#conditions.get(before.link);
      return text === undefined ? [] : [[link, text] as const];
    });
  }

  #takenOver(wires: ReadonlySet<string>, lab: Lab): ReadonlyMap<string, Wire> {
    const predecessor = this.#predecessors(lab);
    const fresh = [...lab.links.wires.values()].filter(({ link }) => wires.has(link) && !this.#made.has(link));
    const found = fresh.map((wire) => [wire.link, predecessor(wire)] as const);
    return new Map(found.filter((entry): entry is readonly [string, Wire] => entry[1] !== undefined));
  }

  /** Finds the wire that a new one takes over as it is: that of a link which the lab no longer has, with the same interfaces. */
  #predecessors(lab: Lab): (wire: Wire) => Wire | undefined {
    const gone = [...this.#made.values()].filter(({ link, interfaces }) => interfaces.length > 0 && !lab.links.wires.has(link));
    const byPlaces = new Map(gone.map((wire) => [placesOf(wire), wire]));
    return (wire) => (gone.length === 0 ? undefined : byPlaces.get(placesOf(wire)));
  }

  /** These nodes, and those that a link of theirs joins them to: now, or as last made. */
  #near(scope: ReadonlySet<string>, lab: Lab): ReadonlySet<string> {
    const near = new Set(scope);
    const touch = (wire: Wire) => {
      if (wire.ends.some(({ node }) => scope.has(node))) for (const { node } of wire.ends) near.add(node);
    };
    for (const wire of lab.links.wires.values()) touch(wire);
    for (const wire of this.#made.values()) touch(wire);
    return near;
  }

  async #flood(hubs: ReadonlySet<string>): Promise<void> {
    const ops: KernelOp[] = [];
    for (const hub of hubs) {
      const ports = (this.#lab.links.hubs.get(hub) ?? []).filter(({ link }) => this.#made.has(link));
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

function placesOf({ interfaces }: Wire): string {
  return interfaces
    .map(({ netns, name, alias }) => `${netns}/${name} ${alias}`)
    .toSorted()
    .join('\n');
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
