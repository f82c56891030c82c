import { portPlan } from '../address/port-plan.ts';
import { HostError } from '../boundary/host-error.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { ProgressEvent } from '../model/outcome.ts';
import type { Topology } from '../model/topology.ts';
import { lostChanges, type TopologyChanges } from '../model/topology-changes.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import { applyScope } from './apply-scope.ts';
import type { Changed, ChangingParts } from './changing.ts';
import { type DesiredState, wiredSpec } from './desired/desired-state.ts';
import type { Compiled } from './desired/held-lab.ts';
import { checkedFile, type FileWish, withFile } from './desired/next-state.ts';
import type { Lab } from './lab.ts';
import type { NodeRecord } from './nodes/node-record.ts';
import { terminate } from './nodes/terminate.ts';
import { launchReports, type StartWish } from './starts.ts';
import { planView, withinOnly } from './views/plan-view.ts';
import { firstOfEach, refusedLinks } from './views/step-failures.ts';

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

/** Plans and makes what a file, or the desired state, asks of a lab that runs. */
export class Applying {
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
      const scope = applyScope(active.lab, compiled.lab);
      const plan = await convergence.plan(scope, compiled);
      const steps = withinOnly(plan.steps, wish.file?.only);
      const needs = needsOf(steps, compiled.lab, wish);
      if (needs !== undefined) return { needs };
      const ending = endingNodes(steps, wish.restart === 'yes');
      await starts.refuseDevices(launchedBy(compiled, active.lab, ending), ending);
      await held.take(compiled);
      if (wish.file !== undefined) {
        const change = `take the topology of ${wish.file.spec.directory}`;
        this.#parts.events.emit({ kind: 'change', change, nodes: [...active.lab.records.keys()], state: 'kept', door: 'apply' });
      }
      const ended = await this.#end(steps, ending, emit);
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

  /** The desired state with another file, where there is one, and with the connections that its features ask for. In a turn. */
  #next(file: FileWish | undefined): DesiredState {
    const { convergence } = this.#parts;
    const { active, state } = convergence;
    const next = file === undefined ? state : withFile(state, checkedFile(file, state.spec.directory), active.lab);
    return convergence.withConnections(next);
  }

  /** Ends what a new topology no longer has, and what has to be launched anew where that is allowed. In a turn. */
  async #end(
    steps: readonly Step[],
    ending: ReadonlySet<string>,
    emit: (event: ProgressEvent) => void,
  ): Promise<readonly StepReport[]> {
    const { convergence, held } = this.#parts;
    const { active } = convergence;
    const records = [...ending].flatMap((name) => active.record(name) ?? []);
    if (records.length > 0) await terminate(records, active.lab.spec.directory, this.#parts, { emit });
    active.forget(records.filter(({ name }) => !active.lab.records.has(name)));
    await held.forgetLaunched(ending);
    const reported = steps.filter(({ action }) => action === 'terminate' || action === 'restart');
    return reported.map((step): StepReport => ({ step, outcome: 'node' in step && ending.has(step.node) ? 'done' : 'pending' }));
  }
}

/** Nodes that have no place any more, and those that are restarted where that is allowed. */
function endingNodes(steps: readonly Step[], restart: boolean): ReadonlySet<string> {
  const ends = (step: Step) => step.action === 'terminate' || (restart && step.action === 'restart');
  return new Set(steps.flatMap((step) => (ends(step) && 'node' in step ? [step.node] : [])));
}

/** Nodes that are launched once a compiled state counts and others have ended. */
function launchedBy({ state, lab }: Compiled, before: Lab, ending: ReadonlySet<string>): readonly NodeRecord[] {
  return [...lab.records.values()].filter(
    ({ name }) => state.running.has(name) && (ending.has(name) || before.records.get(name)?.process === undefined),
  );
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
