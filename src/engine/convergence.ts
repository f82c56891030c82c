import type { ProgressEvent } from '../model/outcome.ts';
import { uplinkTree } from '../model/uplink-tree.ts';
import { connectionsOf } from '../plan/attachments.ts';
import { withoutSettled } from '../plan/deferred-netvms.ts';
import type { DesiredLab } from '../plan/desired.ts';
import { planLab } from '../plan/plan-lab.ts';
import type { Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import { uplinkLink, uplinksOf } from '../plan/uplinks.ts';
import type { ActiveLab } from './active-lab.ts';
import { carryOut } from './carry-out.ts';
import { connectionLinks, type DesiredState, desiredTopology } from './desired/desired-state.ts';
import type { HeldLab } from './desired/held-lab.ts';
import { nothingHeld } from './desired/nothing-held.ts';
import type { MachineDevices } from './devices/machine-devices.ts';
import type { LabEvents } from './events/lab-events.ts';
import { tellReport } from './events/step-events.ts';
import type { Lab } from './lab.ts';
import type { PortCarriers } from './links/port-carriers.ts';
import type { GuestPorts } from './nodes/guest-ports.ts';
import type { NodeStillness } from './nodes/node-stillness.ts';
import type { Turns } from './turns.ts';

/** What a convergence works with. */
export interface ConvergenceParts {
  readonly lab: string;
  readonly held: HeldLab;
  readonly turns: Turns;
  readonly guestPorts: GuestPorts;
  readonly carriers: PortCarriers;
  readonly events: LabEvents;
  readonly stillness: NodeStillness;
  readonly devices: MachineDevices;
  readonly log: (message: string) => void;
}

/** What hears of a convergence. */
export interface ConvergenceWatch {
  readonly emit: (event: ProgressEvent) => void;
  /** Nodes that should run, as soon as all their wires are there; and those that lack one. */
  readonly wired: (nodes: readonly string[], failed: ReadonlySet<string>) => void;
  /** What was planned already, and still holds. */
  readonly plan?: Plan;
}

/** A state that is planned for, and the lab compiled from it. */
export interface Aim {
  readonly lab: Lab;
  readonly state: DesiredState;
  readonly outdated: ReadonlyMap<string, string>;
  /** Nodes that were lost are to be launched again, as apply does; else they count as nodes that should not run. */
  readonly relaunch?: boolean;
}

/** Desired against observed, and the steps between them. */
export interface Plan {
  readonly desired: DesiredLab;
  readonly steps: readonly Step[];
}

/** From this many links on, people are told that links are being made. */
const worthTelling = 200;

const unwatched: ConvergenceWatch = { emit: () => undefined, wired: () => undefined };

/** Brings a lab to its desired state, apart from starting and ending processes: when it is told to, and when nodes come up or go. */
export class Convergence {
  readonly #parts: ConvergenceParts;
  /** Nodes whose surroundings may have to change, because they have come up or gone. */
  #unsettled = new Set<string>();
  #settling: Promise<void> = Promise.resolve();

  constructor(parts: ConvergenceParts) {
    this.#parts = parts;
  }

  /** The lab that is held; HostError `not-running` where there is none. */
  get active(): ActiveLab {
    const { active } = this.#parts.held;
    if (active === undefined) throw nothingHeld(this.#parts.lab);
    return active;
  }

  get state(): DesiredState {
    const { state } = this.#parts.held;
    if (state === undefined) throw nothingHeld(this.#parts.lab);
    return state;
  }

  /** The steps that lead to the desired state, or to another aim. With `scope`, only what touches these nodes is looked at. In a turn. */
  async plan(scope?: ReadonlySet<string>, aim: Aim = this.#aim()): Promise<Plan> {
    const { wiring } = this.active;
    const { lab, state, outdated, relaunch = false } = aim;
    const { observed, made } = await wiring.observe(scope, lab);
    const desired = lab.desired({
      runs: (record) =>
        state.running.has(record.name) && (relaunch || record.process !== undefined || record.reason === undefined),
      paused: (node) => state.paused.has(node),
      outdated: (node) => outdated.get(node),
      made,
    });
    return { desired, steps: planLab(desired, observed) };
  }

  /** Carries out the steps of a plan. In a turn. */
  async converge(scope?: ReadonlySet<string>, watch: ConvergenceWatch = unwatched): Promise<readonly StepReport[]> {
    const { active } = this;
    // Before a namespace ends, with which some of them would.
    await this.#parts.devices.settled;
    const plan = watch.plan ?? (await this.plan(scope));
    await active.loadRules();
    const links = plan.steps.filter((step) => step.action === 'connect').length;
    if (links > worthTelling) watch.emit({ node: '', stage: 'waiting', message: `making ${links} links` });
    return await carryOut(active.lab, active.wiring, plan, {
      wired: watch.wired,
      plugged: (node, port) => this.#parts.guestPorts.plugged(active, node, port),
      reported: (report) => {
        this.#parts.carriers.guestsTold(active.lab, report);
        tellReport(this.#parts, active.lab, report);
      },
    });
  }

  /** The same, after connections were made to fit who runs. In a turn. */
  async reconcile(scope?: ReadonlySet<string>): Promise<readonly StepReport[]> {
    const { state } = this;
    const next = this.withConnections(state);
    if (next !== state) await this.#parts.held.become(next, { durable: false });
    const touched = scope && new Set([...scope, ...nodesOfDifference(state, next)]);
    const reports = await this.converge(touched);
    // Whoever goes on may be connected now.
    return this.withConnections(this.state) === this.state ? reports : [...reports, ...(await this.reconcile(scope))];
  }

  /** The same state, unless other connections should exist now. */
  withConnections(state: DesiredState): DesiredState {
    const lab = this.#parts.held.active?.lab;
    const topology = desiredTopology(state);
    const machine = topology.nodes.find(({ kind }) => kind === 'host')?.name;
    const facts = {
      runs: (node: string) => node === machine || (state.running.has(node) && lab?.records.get(node)?.process !== undefined),
      paused: (node: string) => state.paused.has(node),
    };
    const tree = uplinkTree(topology);
    const wishes = { topology, tree, numbers: state.numbers, connections: state.connections };
    const uplinks = uplinksOf(wishes, state.uplinks, facts);
    const connections = connectionsOf(topology, state.connections, facts, uplinks.map(uplinkLink));
    const deferred = withoutSettled(state.deferred, tree, uplinks, facts);
    const isSame =
      uplinks === state.uplinks &&
      deferred === state.deferred &&
      nodesOfDifference({ ...state, uplinks }, { ...state, connections }).length === 0;
    return isSame ? state : { ...state, uplinks, deferred, connections };
  }

  /** Sees to it, in a turn of its own, that connections and carriers fit a node that has come up or gone. */
  settle(node: string): void {
    const isFirst = this.#unsettled.size === 0;
    this.#unsettled.add(node);
    if (!isFirst) return;
    const { held, log, turns } = this.#parts;
    this.#settling = turns
      .take(async () => {
        const nodes = this.#unsettled;
        this.#unsettled = new Set();
        if (held.active === undefined) return;
        for (const { message } of await this.reconcile(nodes)) if (message !== undefined) log(message);
      })
      .catch((failure: unknown) => log(String(failure)));
  }

  /** Sees to the names of ports that commands and features have plugged: an engine that was killed may have left one without. */
  nameAgain(): void {
    const { active, state } = this;
    for (const { id, tail, head } of [...connectionLinks(state), ...state.changes.attached]) {
      if (!active.wiring.isMade(id)) continue;
      for (const { node, port } of [tail, head]) if (port !== undefined) this.#parts.guestPorts.plugged(active, node, port);
    }
  }

  /** Resolves when what has come up or gone by now has been seen to, and rules are loaded, in guests that can be asked, too. */
  async settled(): Promise<void> {
    await this.#settling;
    await this.#parts.guestPorts.settled(this.#parts.held.active?.config.loading);
  }

  #aim(): Aim {
    return { lab: this.active.lab, state: this.state, outdated: this.#parts.held.outdated };
  }
}

type Plugged = Pick<DesiredState, 'connections' | 'uplinks'>;

/** The nodes of connections and uplinks that only one of two states has. */
function nodesOfDifference(before: Plugged, after: Plugged): readonly string[] {
  return [
    ...onlyInOne(before.connections, after.connections).flatMap(({ backend, frontend }) => [backend, frontend]),
    ...onlyInOne(before.uplinks, after.uplinks).flatMap(({ client, provider }) => [client, provider]),
  ];
}

function onlyInOne<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  if (before === after) return [];
  return [...before.filter((each) => !after.includes(each)), ...after.filter((each) => !before.includes(each))];
}
