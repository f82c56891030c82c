import { HostError } from '../boundary/host-error.ts';
import type { ProcessExit } from '../boundary/kernel.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import { lostChanges } from '../model/topology-changes.ts';
import type { ActiveLab, HoldingParts } from './active-lab.ts';
import type { Consoles } from './console/consoles.ts';
import type { Convergence } from './convergence.ts';
import type { DesiredState } from './desired/desired-state.ts';
import type { DocumentStore } from './desired/document.ts';
import type { HeldLab } from './desired/held-lab.ts';
import { begunAnew, checkedFile, freshState } from './desired/next-state.ts';
import type { MachineDevices } from './devices/machine-devices.ts';
import type { LabEvents } from './events/lab-events.ts';
import type { PortCarriers } from './links/port-carriers.ts';
import type { NodeStillness } from './nodes/node-stillness.ts';
import type { WaysOut } from './uplinks/ways-out.ts';

export interface TakeoverParts extends Pick<HoldingParts, 'kernel'> {
  /** The machine's process number of the engine. */
  readonly pid: number;
  readonly held: HeldLab;
  readonly convergence: Convergence;
  readonly document: DocumentStore;
  readonly events: LabEvents;
  readonly consoles: Consoles;
  readonly carriers: PortCarriers;
  readonly stillness: NodeStillness;
  readonly waysOut: WaysOut;
  readonly devices: MachineDevices;
  readonly log: (message: string) => void;
}

/** Takes labs over: what runs already when the engine begins, and what a user describes. Hears of processes that end. */
export class Takeover {
  readonly #parts: TakeoverParts;
  #unreadable: HostError | undefined;

  constructor(parts: TakeoverParts) {
    this.#parts = parts;
  }

  /** Why the desired state is not known although there is a document. */
  get unreadable(): HostError | undefined {
    return this.#unreadable;
  }

  /** Takes over what runs already: reads the document, finds processes and wires, and mends what is missing. */
  async adopt(): Promise<void> {
    this.#parts.kernel.onExit((exit) => this.#ended(exit));
    this.#parts.kernel.onInterfaces((sights) => this.#parts.carriers.saw(sights));
    const state = await this.#loadState();
    this.#parts.events.emit({ kind: 'engine', process: this.#parts.pid, state: state === undefined ? 'started' : 'adopted' });
    if (state === undefined) return;
    const active = await this.#open(state, 'empty');
    for (const record of active.lab.records.values()) {
      if (!record.wanted || record.process !== undefined) continue;
      record.reason = 'its process ended while no engine watched';
      this.#parts.events.emit({ kind: 'node', node: record.name, state: 'lost', reason: record.reason });
    }
    for (const node of await active.endStrangers()) this.#parts.log(`${node}: it was ended, since the topology no longer has it`);
    await active.wiring.resume();
    await this.#parts.devices.adopt(active);
    for (const { message } of await this.#parts.convergence.reconcile()) if (message !== undefined) this.#parts.log(message);
    this.#parts.convergence.nameAgain();
  }

  /** Takes a new description while nothing runs; while something does, says that it is not taken. */
  async takeSpec(spec: LabSpec): Promise<string[]> {
    const { active, state } = this.#parts.held;
    const runs =
      active !== undefined && [...active.lab.records.values()].some((record) => record.process !== undefined || record.launching);
    if (active === undefined || state === undefined || !runs) {
      await active?.wiring.dismantle();
      const known = active !== undefined && state !== undefined;
      await this.#open(known ? begunAnew(state, spec, active.lab) : freshState(spec), 'refused');
      const lost = known ? lostChanges(spec.topology, state.changes) : [];
      return lost.map(({ id }) => `the link ${id}, made by a command, finds no place in the file`);
    }
    checkedFile({ spec }, state.spec.directory);
    if (JSON.stringify(state.spec.topology) !== JSON.stringify(spec.topology)) {
      return ['the file has changed since the lab took it: weft plan shows what that means, weft apply does it'];
    }
    await this.#parts.held.readScripts(active);
    return [];
  }

  /** A document that cannot be read must not keep a lab from being taken down, or started anew. */
  async #loadState(): Promise<DesiredState | undefined> {
    try {
      return await this.#parts.document.load();
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#parts.log(failure.message);
      this.#unreadable = failure;
      return undefined;
    }
  }

  /** Works with this state from now on. */
  async #open(state: DesiredState, missingScripts: 'refused' | 'empty'): Promise<ActiveLab> {
    const active = await this.#parts.held.open(state, missingScripts);
    this.#unreadable = undefined;
    for (const record of active.lab.records.values()) {
      if (record.process === undefined) continue;
      this.#parts.stillness.listen(record);
      for (const warning of await this.#parts.consoles.up(record, active.lab)) this.#parts.log(warning);
      const closed = await this.#parts.waysOut.opened(active, record);
      if (closed !== undefined) this.#parts.log(closed);
    }
    return active;
  }

  #ended(exit: ProcessExit): void {
    const record = this.#parts.held.active?.record(exit.node);
    if (record === undefined || record.process?.pid !== exit.pid) return;
    const how = howItEnded(exit);
    if (!record.stopping) record.reason = how;
    record.ended(exit);
    void this.#parts.consoles.down(record);
    void this.#parts.waysOut.closed(record);
    this.#parts.devices.ended(record.name);
    if (record.stopping) return;
    this.#parts.log(`${record.name}: ${how}`);
    this.#parts.events.emit({ kind: 'node', node: record.name, state: 'lost', reason: how });
    this.#parts.convergence.settle(record.name);
  }
}

function howItEnded({ code, signal }: ProcessExit): string {
  if (signal !== undefined) return `it was ended by ${signal}`;
  return code === undefined ? 'it ended' : `it ended with exit code ${code}`;
}
