import { HostError } from '../boundary/host-error.ts';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { NodeFailure, ProgressEvent } from '../model/outcome.ts';
import { isNamespace } from '../model/topology.ts';
import type { Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import type { Consoles } from './console/consoles.ts';
import type { Convergence, Plan } from './convergence.ts';
import type { HeldLab } from './desired/held-lab.ts';
import type { MachineDevices } from './devices/machine-devices.ts';
import { conditionRefusals } from './links/conditions.ts';
import { Launches } from './nodes/launches.ts';
import type { NodeRecord } from './nodes/node-record.ts';
import type { NodeStillness } from './nodes/node-stillness.ts';
import type { WaysOut } from './uplinks/ways-out.ts';
import { firstOfEach, refusedLinks, stepFailures } from './views/step-failures.ts';

export interface StartWish {
  readonly nodes?: readonly string[] | undefined;
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
}

/** A start whose launches have begun. */
export interface Begun {
  readonly selected: readonly NodeRecord[];
  readonly fresh: readonly NodeRecord[];
  readonly blocked: readonly NodeFailure[];
  readonly launches: Launches;
  readonly reports: readonly StepReport[];
}

/** Who hears of a start. */
export interface StartWatch {
  readonly warnings: string[];
  readonly emit: (event: ProgressEvent) => void;
  /** Look only at what touches these nodes. */
  readonly scope?: ReadonlySet<string> | undefined;
  /** What was planned for this start, where that is known. */
  readonly plan?: Plan;
}

export interface StartParts {
  readonly held: HeldLab;
  readonly convergence: Convergence;
  readonly consoles: Consoles;
  readonly waysOut: WaysOut;
  readonly devices: MachineDevices;
  readonly abilities: KernelAbilities;
  readonly stillness: NodeStillness;
  readonly log: (message: string) => void;
}

/** Starts nodes of a lab that is held. */
export class Starts {
  readonly #parts: StartParts;

  constructor(parts: StartParts) {
    this.#parts = parts;
  }

  /** What of a start must happen one after the other: what is wanted, namespaces and wires. Launches have begun then. In a turn. */
  async begin(selected: readonly NodeRecord[], wish: StartWish, watch: StartWatch): Promise<Begun> {
    const { abilities, convergence, devices } = this.#parts;
    const { warnings, emit } = watch;
    const { active } = convergence;
    const fresh = selected.filter((record) => record.process === undefined && !record.launching);
    tellOthers(selected, watch);
    await this.refuseDevices(fresh);
    await this.#want(selected, fresh);
    const launches = new Launches(active.launcher, {
      wait: wish.wait,
      timeoutMs: wish.timeout * 1000,
      emit,
      launching: async (record) => {
        warnings.push(...(await devices.take(active, record)));
      },
      launched: (record) => this.#launched(record, warnings),
    });
    const refused = refusedLinks(active.lab);
    const held = new Set(refused.map(({ node }) => node));
    const reports = await convergence.converge(watch.scope, {
      ...(watch.plan === undefined ? {} : { plan: watch.plan }),
      emit,
      wired: (nodes, failed) => {
        const wired = new Set(nodes);
        for (const node of failed) held.add(node);
        launches.begin(fresh.filter(({ name, node }) => isNamespace(node) && wired.has(name) && !held.has(name)));
      },
    });
    for (const { message } of conditionRefusals(active.lab, abilities).values()) warnings.push(message);
    const names = new Set(selected.map(({ name }) => name));
    const blocked = firstOfEach([...refused, ...stepFailures(active.lab, reports)]).filter(({ node }) => names.has(node));
    for (const { node, message } of blocked) {
      const record = active.lab.records.get(node);
      if (record !== undefined && record.process === undefined) record.reason = message;
      held.add(node);
      emit({ node, stage: 'failed', message });
    }
    launches.begin(fresh.filter(({ name }) => !held.has(name)));
    return { selected, fresh, blocked, launches, reports };
  }

  /** Nothing is started where a node cannot have what it wants of the machine: HostError `refused`. What nodes have that are `ending` counts as free. */
  async refuseDevices(fresh: readonly NodeRecord[], ending?: ReadonlySet<string>): Promise<void> {
    const [refusal, ...more] = await this.#parts.devices.refusals(fresh, ending);
    if (refusal === undefined) return;
    const others = more.length === 0 ? '' : ` (and so with ${more.map(({ node }) => node).join(', ')})`;
    throw new HostError('refused', `${refusal.message}${others}`, { hint: refusal.hint });
  }

  async #want(selected: readonly NodeRecord[], fresh: readonly NodeRecord[]): Promise<void> {
    const { convergence, held } = this.#parts;
    if (selected.length === 0) return;
    const { state } = convergence;
    const running = new Set([...state.running, ...selected.map(({ name }) => name)]);
    const paused = new Set([...state.paused].filter((name) => !fresh.some((record) => record.name === name)));
    await held.become({ ...state, running, paused });
    for (const record of fresh) record.reason = undefined;
  }

  /** Once a process runs: its ports listen, and a guest whose cable is unplugged is told before it can see the link up for long. */
  async #launched(record: NodeRecord, warnings: string[]): Promise<void> {
    const { consoles, convergence, log, stillness } = this.#parts;
    stillness.listen(record);
    const { lab, wiring } = convergence.active;
    const isGuest = !isNamespace(record.node);
    if (isGuest) wiring.freshGuest(record.name);
    warnings.push(...(await consoles.up(record, lab)));
    const closed = await this.#parts.waysOut.opened(convergence.active, record);
    if (closed !== undefined) warnings.push(closed);
    if (isGuest) for (const refusal of await wiring.unplugGuest(record.name)) log(refusal);
    if (convergence.withConnections(convergence.state) !== convergence.state) convergence.settle(record.name);
  }
}

/** What became of the launches of a start, once it is through. */
export function launchReports({ fresh, blocked }: Begun, failed: readonly NodeFailure[]): readonly StepReport[] {
  const failures = new Map([...blocked, ...failed].map(({ node, message }) => [node, message]));
  return fresh.map(({ name }): StepReport => {
    const step: Step = { action: 'launch', node: name, reason: `${name} should run` };
    const message = failures.get(name);
    return message === undefined ? { step, outcome: 'done' } : { step, outcome: 'failed', message };
  });
}

function tellOthers(selected: readonly NodeRecord[], { emit, warnings }: StartWatch): void {
  for (const record of selected) {
    if (record.process !== undefined) emit({ node: record.name, stage: 'skipped', message: 'it runs already' });
    else if (record.launching) emit({ node: record.name, stage: 'skipped', message: 'it is being started' });
    else if (record.wanted && record.reason !== undefined) warnings.push(`${record.name} was lost and is launched again`);
  }
}
