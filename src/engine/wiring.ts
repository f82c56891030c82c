import type { NodeHandle } from '../boundary/driver.ts';
import type { Files } from '../boundary/files.ts';
import { HOST, type Kernel, type KernelFailure, type KernelOp, PANEL } from '../boundary/kernel.ts';
import type { ObservedLab } from '../plan/observed.ts';
import { hubOps } from '../wires/hub-ops.ts';
import type { Wire } from '../wires/wire.ts';
import { conditionedLinks, conditionWork } from './conditions.ts';
import type { Lab } from './lab.ts';

/** Makes, watches and switches the wires of one lab. */
export class Wiring {
  readonly #kernel: Kernel;
  readonly #files: Files;
  readonly #lab: Lab;
  readonly #appeared: (links: readonly string[]) => Promise<void>;
  readonly #made = new Set<string>();
  /** What the kernel's side of each link was last told. */
  readonly carrier: Map<string, boolean> = new Map();
  /** What each guest was last told of its port; missing where nobody knows. */
  readonly #guests = new Map<string, boolean>();

  /** `appeared` is called with links whose interfaces have just come to be, or up again. */
  constructor(kernel: Kernel, files: Files, lab: Lab, appeared: (links: readonly string[]) => Promise<void>) {
    this.#kernel = kernel;
    this.#files = files;
    this.#lab = lab;
    this.#appeared = appeared;
  }

  /** Reads back from the kernel which namespaces and wires exist. */
  async observe(): Promise<ObservedLab> {
    const namespaces = await this.#kernel.namespaces();
    const host = this.#kernel.abilities.host ? [HOST] : [];
    const interfaces = await this.#kernel.interfaces([PANEL, ...host, ...namespaces]);
    const marks = new Set(interfaces.map((found) => `${found.netns}\n${found.name}\n${found.alias}`));
    for (const wire of this.#lab.links.wires.values()) {
      // What two QEMUs carry between themselves shows nowhere in the kernel: it stays as it was made.
      if (wire.interfaces.length === 0) continue;
      const there = wire.interfaces.every((wanted) => marks.has(`${wanted.netns}\n${wanted.name}\n${wanted.alias}`));
      if (there) this.#made.add(wire.link);
      else this.#made.delete(wire.link);
    }
    for (const link of this.carrier.keys()) if (!this.#made.has(link)) this.carrier.delete(link);
    return { namespaces: new Set(namespaces), processes: this.#processes(), wires: new Set(this.#made) };
  }

  /** What wires need of a new worker: some are carried by the worker itself. Call it once an engine has taken over a lab. */
  async resume(): Promise<void> {
    await this.observe();
    await this.#kernel.run([...this.#made].flatMap((link) => this.#wire(link).resume));
    await this.condition(conditionedLinks(this.#lab, this.#made));
    await this.#appeared([...this.#made].filter((link) => this.#lab.isPlugged(link)));
  }

  async makeNamespaces(nodes: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const outcomes = await this.#kernel.run(nodes.map((netns) => ({ op: 'netns-add', netns })));
    return new Map(nodes.flatMap((node, at) => (outcomes[at] === undefined ? [] : [[node, outcomes[at]] as const])));
  }

  /** Makes the wires of these links; gives the failures by link. A wire that failed half-way is taken back. */
  async connect(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const wires = links.map((id) => this.#wire(id));
    const failures = await this.#runEach(wires.map((wire) => ({ link: wire.link, ops: wire.setUp })));
    for (const wire of wires) {
      if (!failures.has(wire.link)) {
        this.#made.add(wire.link);
        this.carrier.set(wire.link, true);
      }
    }
    const halves = wires.filter((wire) => failures.has(wire.link)).flatMap((wire) => wire.tearDown);
    if (halves.length > 0) await this.#kernel.run(halves);
    await this.#flood(new Set(wires.flatMap((wire) => wire.hubPorts.map(({ hub }) => hub))));
    for (const [link, failure] of await this.condition(conditionedLinks(this.#lab, links))) {
      if (!failures.has(link)) failures.set(link, failure);
    }
    await this.#appeared(links.filter((link) => this.#made.has(link)));
    return failures;
  }

  /** Brings about what the attributes of these links ask for, as far as this machine can (`conditionRefusals` says the rest); idempotent. Links without a wire are skipped. */
  async condition(links: readonly string[]): Promise<ReadonlyMap<string, KernelFailure>> {
    const made = links.filter((link) => this.#made.has(link));
    return await this.#runEach(
      made.map((link) => ({ link, ops: conditionWork(this.#lab, link, this.#kernel.abilities)?.ops ?? [] })),
    );
  }

  /** Switches the carrier of links at both ends, in the kernel and in the guests that run. Failures of guests are given, by link. */
  async switchCarrier(wanted: ReadonlyMap<string, boolean>): Promise<ReadonlyMap<string, string>> {
    const changes = [...wanted].filter(([link, on]) => this.#made.has(link) && this.carrier.get(link) !== on);
    await this.#runEach(changes.map(([link, on]) => ({ link, ops: this.#wire(link).carrier[on ? 'on' : 'off'] })));
    for (const [link, on] of changes) this.carrier.set(link, on);
    await this.#appeared(changes.flatMap(([link, on]) => (on ? link : [])));
    const refusals = new Map<string, string>();
    const guests = [...wanted].flatMap(([link, on]) => this.#wire(link).carrier.guests.map((guest) => ({ link, on, ...guest })));
    await Promise.all(
      guests.map(async ({ link, on, node, port }) => {
        const handle = this.#lab.records.get(node)?.handle;
        const key = `${node}:${port}`;
        if (handle === undefined || this.#guests.get(key) === on) return;
        const refusal = await this.#tell(handle, port, on);
        if (refusal === undefined) this.#guests.set(key, on);
        else refusals.set(link, `${key}: ${refusal}`);
      }),
    );
    return refusals;
  }

  /** A QEMU that starts sees its links up; of one that was found running nobody knows. */
  freshGuest(node: string): void {
    for (const wire of this.#lab.links.wires.values()) {
      for (const guest of wire.carrier.guests) if (guest.node === node) this.#guests.set(`${node}:${guest.port}`, true);
    }
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
    const onHost = [...this.#lab.links.wires.values()].filter((wire) => wire.interfaces.some(({ netns }) => netns === HOST));
    if (onHost.length > 0) await this.#kernel.run(onHost.flatMap((wire) => wire.tearDown));
    for (const wire of this.#lab.links.wires.values()) for (const file of wire.files) await this.#files.remove(file);
    this.#made.clear();
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

  async #tell(handle: NodeHandle, port: string, on: boolean): Promise<string | undefined> {
    try {
      await handle.setCarrier(port, on);
      return undefined;
    } catch (failure) {
      return failure instanceof Error ? failure.message : String(failure);
    }
  }

  #wire(link: string): Wire {
    const wire = this.#lab.links.wires.get(link);
    if (wire === undefined) throw new Error(`no wire for ${link}`);
    return wire;
  }

  #processes(): ReadonlySet<string> {
    return new Set([...this.#lab.records.values()].filter((record) => record.process !== undefined).map((record) => record.name));
  }
}
