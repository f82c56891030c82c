import { HostError } from '../boundary/host-error.ts';
import type { KernelFailure } from '../boundary/kernel.ts';
import type { DesiredLab } from '../plan/desired.ts';
import { type Stage, stagesOf } from '../plan/stages.ts';
import type { LinkStep, NodeStep, PortStep, Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import type { Lab } from './lab.ts';
import type { Wiring } from './links/wiring.ts';

/** What hears of the progress of steps. */
export interface CarryingOut {
  /** Nodes that should run, as soon as all their wires are there. `failed` are those that lack one. */
  readonly wired: (nodes: readonly string[], failed: ReadonlySet<string>) => void;
  /** A port of a running guest was plugged. */
  readonly plugged: (node: string, port: string) => void;
  /** What became of a step, as soon as it is known. */
  readonly reported: (report: StepReport) => void;
}

/**
 * Carries out the steps of a plan, apart from those that start and end processes. What failed stops what needs it, and nothing else: the next
 * plan begins with what is missing.
 */
export async function carryOut(
  lab: Lab,
  wiring: Wiring,
  { desired, steps }: { readonly desired: DesiredLab; readonly steps: readonly Step[] },
  hears: CarryingOut,
): Promise<readonly StepReport[]> {
  const work = new Work(lab, wiring, steps, hears);
  await work.clearAway();
  await work.make(stagesOf(desired, steps));
  await work.finish();
  return work.reports;
}

type Of<Action extends Step['action']> = Step & { readonly action: Action };

class Work {
  readonly reports: StepReport[] = [];
  readonly #lab: Lab;
  readonly #wiring: Wiring;
  readonly #steps: readonly Step[];
  readonly #hears: CarryingOut;
  readonly #byLink = new Map<string, LinkStep>();
  readonly #namespaces = new Map<string, NodeStep>();
  readonly #failedNodes = new Set<string>();
  readonly #failedLinks = new Map<string, string>();

  constructor(lab: Lab, wiring: Wiring, steps: readonly Step[], hears: CarryingOut) {
    this.#lab = lab;
    this.#wiring = wiring;
    this.#steps = steps;
    this.#hears = hears;
    for (const step of steps) {
      if (step.action === 'connect' || step.action === 'carrier') this.#byLink.set(`${step.action} ${step.link}`, step);
      if (step.action === 'make-namespace') this.#namespaces.set(step.node, step);
    }
  }

  /** Network devices before the wires that they hold, wires before namespaces. */
  async clearAway(): Promise<void> {
    await this.#perMachine(this.#of('unplug'), (step) => this.#wiring.unplug(step.node, step.port));
    const strays = this.#of('disconnect');
    const failures = await this.#wiring.disconnect(strays);
    for (const step of strays) this.#report(step, failures.get(step.link));
    const gone = this.#of('remove-namespace');
    await this.#wiring.removeNamespaces(gone.map(({ node }) => node));
    for (const step of gone) this.#report(step);
  }

  async make(stages: readonly Stage[]): Promise<void> {
    for (const { node, port } of this.#of('plug')) this.#wiring.foresee(node, port);
    // The kernel always has the next stage at hand while the outcome of this one is looked at.
    let making = this.#make(stages[0]);
    for (const [at, stage] of stages.entries()) {
      const next = this.#make(stages[at + 1]);
      next.catch(() => undefined);
      await making;
      this.#hears.wired(
        stage.complete.filter((node) => !this.#failedNodes.has(node)),
        this.#failedNodes,
      );
      making = next;
    }
  }

  async finish(): Promise<void> {
    const adjusted = this.#of('adjust');
    const failures = await this.#wiring.adjust(adjusted.map(({ link }) => link));
    for (const step of adjusted) this.#report(step, failures.get(step.link));
    const conditioned = this.#of('condition');
    const unmet = await this.#wiring.condition(conditioned.map(({ link }) => link));
    for (const step of conditioned) this.#report(step, unmet.get(step.link));
    await this.#perMachine(this.#of('plug'), async (step) => {
      await this.#wiring.plug(step.node, step.port);
      this.#hears.plugged(step.node, step.port);
    });
    for (const step of [...this.#of('resume'), ...this.#of('pause')]) await this.#still(step);
  }

  async #make(stage: Stage | undefined): Promise<void> {
    if (stage === undefined) return;
    const unmade = await this.#wiring.makeNamespaces(stage.namespaces);
    for (const node of stage.namespaces) {
      const failure = unmade.get(node);
      if (failure !== undefined) this.#failedNodes.add(node);
      this.#report(this.#namespaces.get(node), failure);
    }
    const unlinked = await this.#wiring.connect(stage.links);
    for (const id of stage.links) this.#reportLink('connect', id, unlinked.get(id)?.message, 'undone');
    const refusals = await this.#wiring.switchCarrier(stage.carriers);
    for (const id of stage.carriers.keys()) this.#reportLink('carrier', id, refusals.get(id), 'failed');
  }

  /** Machines at the same time, the ports of one machine one after the other. */
  async #perMachine<T extends PortStep>(steps: readonly T[], work: (step: T) => Promise<void>): Promise<void> {
    const machines = new Map<string, T[]>();
    for (const step of steps) machines.set(step.node, [...(machines.get(step.node) ?? []), step]);
    await Promise.all(
      [...machines.values()].map(async (own) => {
        for (const step of own) await this.#try(step, () => work(step));
      }),
    );
  }

  async #try(step: PortStep, work: () => Promise<void>): Promise<void> {
    const missing = step.action === 'plug' ? this.#failedLinks.get(step.link) : undefined;
    if (missing !== undefined) {
      this.#tell({ step, outcome: 'skipped', message: missing });
      return;
    }
    try {
      await work();
      this.#report(step);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#report(step, failure);
    }
  }

  async #still(step: Of<'pause' | 'resume'>): Promise<void> {
    const handle = this.#lab.records.get(step.node)?.handle;
    try {
      if (step.action === 'pause') await handle?.pause?.();
      else await handle?.resume?.();
      this.#report(step);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#report(step, failure);
    }
  }

  #reportLink(action: 'connect' | 'carrier', id: string, message: string | undefined, outcome: 'undone' | 'failed'): void {
    if (message !== undefined) {
      this.#failedLinks.set(id, `link ${id} was not made`);
      const { tail, head } = this.#lab.link(id);
      for (const { node } of [tail, head]) this.#failedNodes.add(node);
    }
    const step = this.#byLink.get(`${action} ${id}`);
    if (step !== undefined) this.#tell({ step, ...(message === undefined ? { outcome: 'done' } : { outcome, message }) });
  }

  #report(step: Step | undefined, failure?: KernelFailure): void {
    if (step === undefined) return;
    this.#tell({
      step,
      ...(failure === undefined ? { outcome: 'done' } : { outcome: 'failed', message: failure.message }),
    });
  }

  #tell(report: StepReport): void {
    this.reports.push(report);
    this.#hears.reported(report);
  }

  #of<Action extends Step['action']>(action: Action): Of<Action>[] {
    return this.#steps.filter((step): step is Of<Action> => step.action === action);
  }
}
