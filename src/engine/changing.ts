import { portPlan } from '../address/port-plan.ts';
import { HostError } from '../boundary/host-error.ts';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { Change } from '../model/change.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { NodeFailure, ProgressEvent } from '../model/outcome.ts';
import type { Topology } from '../model/topology.ts';
import { lostChanges, type TopologyChanges } from '../model/topology-changes.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import type { Convergence } from './convergence.ts';
import { type DesiredState, wiredSpec } from './desired/desired-state.ts';
import { effectiveChanges } from './desired/effective-changes.ts';
import type { HeldLab } from './desired/held-lab.ts';
import { type FileWish, withEdits, withFile } from './desired/next-state.ts';
import { sameAttributes } from './desired/same-attributes.ts';
import type { LabEvents } from './events/lab-events.ts';
import { tellChanges } from './events/step-events.ts';
import type { Lab } from './lab.ts';
import { refuseConditions } from './links/refuse-conditions.ts';
import type { TerminateParts } from './nodes/terminate.ts';
import { terminate } from './nodes/terminate.ts';
import { launchReports, type Starts, type StartWish } from './starts.ts';
import type { Turns } from './turns.ts';
import { planView, withinOnly } from './views/plan-view.ts';
import { firstOfEach, refusedLinks, stepFailures } from './views/step-failures.ts';

/** What changes of a lab are made with. */
export interface ChangingParts extends TerminateParts {
  readonly held: HeldLab;
  readonly turns: Turns;
  readonly convergence: Convergence;
  readonly starts: Starts;
  readonly abilities: KernelAbilities;
  readonly events: LabEvents;
}

/** Edits, or what they are to be as the lab is when their turn has come. */
export type Edits = readonly Change[] | (() => readonly Change[]);

/** What became of a change. */
export interface Changed {
  readonly failures: readonly NodeFailure[];
  readonly warnings: readonly string[];
  readonly reports: readonly StepReport[];
}

export interface ApplyWish extends StartWish {
  readonly file?: FileWish | undefined;
  /** Whether nodes may be restarted where that is needed; `later` does the rest and leaves them as they are. */
  readonly restart: 'yes' | 'no' | 'later';
  /** Nodes that the file no longer has may be ended. */
  readonly remove: boolean;
}

/** What was not allowed, and would be needed: names of nodes. */
export interface Needs {
  readonly restarts: readonly string[];
  readonly removals: readonly string[];
}

/** What became of an apply. With `needs`, nothing. */
export interface Applied extends Changed {
  readonly needs?: Needs;
}

/** Plans and makes changes of a lab while it runs. */
export class Changing {
  readonly #parts: ChangingParts;

  constructor(parts: ChangingParts) {
    this.#parts = parts;
  }

  /** Finds out ahead what a plan or an apply of this file will ask for; pure functions remember it. */
  prepare(spec: LabSpec): void {
    const { active, state } = this.#parts.held;
    if (active === undefined || state === undefined || spec.directory !== state.spec.directory) return;
    portPlan(wiredSpec(withFile(state, { spec }, active.lab)).topology);
  }

  /** What would have to be done to reach the desired state, or that of a file; nothing is changed. */
  async plan(file: FileWish | undefined): Promise<LabPlan> {
    const { convergence, held, turns } = this.#parts;
    return await turns.take(async () => {
      const { active, state } = convergence;
      const next = this.#next(file);
      const { lab, outdated } = await held.compile(next, active);
      const plan = await convergence.plan(undefined, { lab, state: next, outdated, relaunch: true });
      const steps = withinOnly(plan.steps, file?.only);
      const changes = file?.discard === true ? next.changes : state.changes;
      return planView({ before: active.lab, after: lab, steps, file: next.spec.topology, changes });
    });
  }

  /**
   * Brings the lab to its desired state, or to that of a file. What is not allowed and would be needed is named instead, and nothing is done;
   * restarts may also be left for later.
   */
  async apply(wish: ApplyWish, emit: (event: ProgressEvent) => void): Promise<Applied> {
    try {
      return await this.#apply(wish, emit);
    } finally {
      this.#parts.held.copyFile();
    }
  }

  async #apply(wish: ApplyWish, emit: (event: ProgressEvent) => void): Promise<Applied> {
    const { convergence, held, starts, turns } = this.#parts;
    const warnings: string[] = [];
    const done = await turns.take(async () => {
      const { active, state } = convergence;
      const next = this.#next(wish.file);
      if (wish.file?.discard !== true) refuseLoss(next.spec.topology, state.changes);
      const compiled = await held.compile(next, active);
      const scope = scopeOf(active.lab, compiled.lab);
      const plan = await convergence.plan(scope, compiled);
      const steps = withinOnly(plan.steps, wish.file?.only);
      const needs = needsOf(steps, compiled.lab, wish);
      if (needs !== undefined) return { needs };
      await held.take(compiled);
      if (wish.file !== undefined) {
        const change = `take the topology of ${wish.file.spec.directory}`;
        this.#parts.events.emit({ kind: 'change', change, nodes: [...active.lab.records.keys()], state: 'kept', door: 'apply' });
      }
      const ended = await this.#end(steps, wish.restart === 'yes', emit);
      const fresh = [...active.lab.records.values()].filter((record) => record.wanted && record.process === undefined);
      // What was planned still holds where nothing has ended, and nothing that had failed is tried again.
      const holds = ended.every(({ outcome }) => outcome === 'pending') && fresh.every(({ reason }) => reason === undefined);
      const begun = await starts.begin(fresh, wish, { warnings, emit, scope, ...(holds ? { plan } : {}) });
      return { ...begun, reports: [...ended, ...begun.reports] };
    });
    if ('needs' in done) return { failures: [], warnings, reports: [], needs: done.needs };
    const failed = await done.launches.failures();
    await convergence.settled();
    const failures = firstOfEach([...done.blocked, ...failed, ...refusedLinks(convergence.active.lab)]);
    return { failures, warnings, reports: [...done.reports, ...launchReports(done, failed)] };
  }

  /**
   * Makes edits of the desired state, and brings the lab to it as far as that needs no restart. All of them or, after a fault, none. A function
   * is asked for them when nobody else can change anything any more. `door` is what asks for them.
   */
  async change(asked: Edits, door: string): Promise<Changed> {
    const { abilities, convergence, events, held, turns } = this.#parts;
    const warnings: string[] = [];
    const reports = await turns.take(async () => {
      const { active, state } = convergence;
      const before = active.lab;
      const changes = typeof asked === 'function' ? asked() : asked;
      refuseConditions(changes, before, abilities);
      const effective = effectiveChanges(changes, before);
      await held.become(convergence.withConnections(withEdits(state, changes, before)));
      const refused = [...active.lab.links.refused].find(([link]) => !before.links.refused.has(link))?.[1];
      if (refused !== undefined) {
        await held.become(state);
        throw new HostError(refused.code, refused.message, { hint: refused.hint });
      }
      const touched = touchedNodes(changes, before, active.lab);
      tellChanges(events, effective, touched, door);
      for (const [node, why] of held.outdated) warnings.push(`${node} runs on as it was until it is restarted: ${why}`);
      return await convergence.reconcile(touched);
    });
    await convergence.settled();
    return { failures: stepFailures(convergence.active.lab, reports), warnings, reports };
  }

  /** Makes nodes stand still, or go on. Those that do not run are skipped. */
  async pause(nodes: readonly string[], paused: boolean): Promise<Changed> {
    const { convergence, held, turns } = this.#parts;
    const reports = await turns.take(async () => {
      const { active, state } = convergence;
      const selected = nodes.filter((name) => active.lab.records.get(name)?.process !== undefined);
      if (selected.length === 0) throw new HostError('not-running', 'none of these nodes runs');
      const detached = paused ? [] : await this.#detachDeferred(selected);
      const others = [...state.paused].filter((name) => !selected.includes(name));
      await held.become({ ...convergence.state, paused: new Set(paused ? [...others, ...selected] : others) });
      return [...detached, ...(await convergence.reconcile(new Set(selected)))];
    });
    await convergence.settled();
    return { failures: stepFailures(convergence.active.lab, reports), warnings: [], reports };
  }

  /**
   * Attaches the uplinks of nodes again, and those below them whose terms have changed: what features and properties say counts from now on.
   * One whose client is paused is left as it is.
   */
  async reattach(nodes: readonly string[]): Promise<Changed> {
    const { convergence, held, turns } = this.#parts;
    const warnings: string[] = [];
    const reports = await turns.take(async () => {
      const { active, state } = convergence;
      const clients = new Set(active.lab.parts.routed.toAttachAgain(nodes));
      for (const client of clients) {
        if (!state.paused.has(client)) continue;
        clients.delete(client);
        warnings.push(`${client} is paused, so its uplink stays as it is: attach it again when it goes on`);
      }
      const touched = new Set(state.uplinks.flatMap(({ client, provider }) => (clients.has(client) ? [client, provider] : [])));
      if (touched.size === 0) return [];
      await held.become({ ...state, uplinks: state.uplinks.filter(({ client }) => !clients.has(client)) }, { durable: false });
      const detached = await convergence.converge(touched);
      return [...detached, ...(await convergence.reconcile(touched))];
    });
    await convergence.settled();
    return { failures: stepFailures(convergence.active.lab, reports), warnings, reports };
  }

  /** Detaches nodes that are about to go on and whose netvm was changed meanwhile: they are attached anew even where it was set back. In a turn. */
  async #detachDeferred(nodes: readonly string[]): Promise<readonly StepReport[]> {
    const { convergence, held } = this.#parts;
    const { state } = convergence;
    const due = state.uplinks.filter(({ client }) => nodes.includes(client) && Object.hasOwn(state.deferred, client));
    if (due.length === 0) return [];
    await held.become({ ...state, uplinks: state.uplinks.filter((uplink) => !due.includes(uplink)) }, { durable: false });
    return await convergence.converge(new Set(due.flatMap(({ client, provider }) => [client, provider])));
  }

  /** The desired state with another file, where there is one, and with the connections that its features ask for. In a turn. */
  #next(file: FileWish | undefined): DesiredState {
    const { convergence } = this.#parts;
    const { active, state } = convergence;
    const next = file === undefined ? state : withFile(state, checkedFile(file, state.spec.directory), active.lab);
    return convergence.withConnections(next);
  }

  /** Ends what a new topology no longer has, and what has to be launched anew where that is allowed. In a turn. */
  async #end(steps: readonly Step[], restart: boolean, emit: (event: ProgressEvent) => void): Promise<readonly StepReport[]> {
    const { convergence, held } = this.#parts;
    const { active } = convergence;
    const surplus = steps.filter(({ action }) => action === 'terminate');
    const restarts = steps.filter(({ action }) => action === 'restart');
    const names = new Set([...surplus, ...(restart ? restarts : [])].flatMap((step) => ('node' in step ? [step.node] : [])));
    const records = [...names].flatMap((name) => active.record(name) ?? []);
    if (records.length > 0) await terminate(records, active.lab.spec.directory, this.#parts, { emit });
    active.forget(records.filter(({ name }) => !active.lab.records.has(name)));
    await held.forgetLaunched(names);
    return [
      ...surplus.map((step): StepReport => ({ step, outcome: 'done' })),
      ...restarts.map((step): StepReport => ({ step, outcome: restart ? 'done' : 'pending' })),
    ];
  }
}

/** From this many nodes on, an apply looks only at what its file has changed. */
const large = 200;

/** The nodes that another description concerns, where the lab is large and they are few; undefined means all. */
function scopeOf(before: Lab, after: Lab): ReadonlySet<string> | undefined {
  if (after.records.size < large) return undefined;
  const touched = new Set<string>();
  for (const [name, { process, wanted }] of after.records) if (process === undefined || !wanted) touched.add(name);
  for (const [name, { node }] of before.records) if (after.records.get(name)?.node.kind !== node.kind) touched.add(name);
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const [id, wire] of one.links.wires) {
      if (other.links.wires.get(id) === wire && sameAttributes(one.link(id).attributes, other.link(id).attributes)) continue;
      for (const { node } of wire.ends) touched.add(node);
    }
  }
  return touched.size === 0 || touched.size * 4 > after.records.size ? undefined : touched;
}

/** What has to be allowed first; undefined where all is. */
function needsOf(steps: readonly Step[], { records }: Lab, { restart, remove }: ApplyWish): Needs | undefined {
  const named = (action: Step['action']) =>
    steps.flatMap((step) => (step.action === action && 'node' in step ? [step.node] : []));
  const needs = {
    restarts: restart === 'no' ? named('restart') : [],
    removals: remove ? [] : named('terminate').filter((name) => !records.has(name)),
  };
  return needs.restarts.length + needs.removals.length === 0 ? undefined : needs;
}

/** What commands have made must not be lost without a word; HostError `lost`. */
function refuseLoss(file: Topology, changes: TopologyChanges): void {
  const lost = lostChanges(file, changes).map(({ id }) => id);
  if (lost.length === 0) return;
  const links =
    lost.length === 1 ? `the link ${lost[0]}, made by a command, finds` : `the links ${lost.join(', ')}, made by commands, find`;
  throw new HostError('lost', `${links} no place in the file; nothing was done`, {
    hint: 'detach what is in the way, or let the file alone count: --discard',
  });
}

/** A file of the same lab; HostError `refused` otherwise. */
export function checkedFile(file: FileWish, directory: string): FileWish {
  if (directory === file.spec.directory) return file;
  throw new HostError('refused', `lab ${file.spec.name} runs already, from ${directory}`, {
    hint: 'give this one another name with --name, or take the other down',
  });
}

/** Nodes that edits are about: they themselves, and the ends of links that come, go or change. */
function touchedNodes(changes: readonly Change[], before: Lab, after: Lab): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const change of changes) {
    if ('node' in change) touched.add(change.node);
    if (change.change === 'graph') for (const node of after.records.keys()) touched.add(node);
    const link = 'link' in change ? (after.linksById.get(change.link) ?? before.linksById.get(change.link)) : undefined;
    for (const end of link === undefined ? [] : [link.tail, link.head]) touched.add(end.node);
  }
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const [id, link] of one.linksById) {
      if (!other.linksById.has(id)) for (const { node } of [link.tail, link.head]) touched.add(node);
    }
  }
  return touched;
}
