import type { Clock } from '../../boundary/clock.ts';
import type { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import type { LabStatus } from '../../model/lab-status.ts';
import type { NodeFailure, Outcome } from '../../model/outcome.ts';
import { isNamespace } from '../../model/topology.ts';
import type { StepReport } from '../../plan/step-report.ts';
import type { Consoles } from '../console/consoles.ts';
import type { HeldLab } from '../desired/held-lab.ts';
import { pausedNodes } from '../nodes/paused-nodes.ts';
import { statusOf } from './status-view.ts';
import { problemOf, statusWithoutDocument } from './status-without-document.ts';

export interface StatusParts {
  readonly lab: string;
  /** The machine's process number of the engine. */
  readonly pid: number;
  readonly clock: Clock;
  readonly consoles: Pick<Consoles, 'listening'>;
  readonly kernel: Kernel;
  readonly held: HeldLab;
  /** Why the desired state is not known although there is a document. */
  readonly unreadable: () => HostError | undefined;
}

/** What the outcome of a change tells beyond that of a start. */
export interface ChangeOutcome extends Outcome {
  readonly reports: readonly StepReport[];
}

/** Up to this many nodes, the outcome of a start tells of every port. */
const portsShown = 100;

/** Tells how a lab is: what the kernel and the hypervisors say of it, at the moment of the question. */
export class Statuses {
  readonly #parts: StatusParts;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  /** Without `ports` they are left out; with `nodes: false` the nodes are, too. */
  async status(request: { readonly ports: boolean; readonly nodes?: boolean }): Promise<LabStatus> {
    const { clock, consoles, kernel, lab: name, pid: engine } = this.#parts;
    const problem = problemOf(this.#parts.unreadable());
    const { active, state } = this.#parts.held;
    if (active === undefined) return { ...(await statusWithoutDocument(name, engine, kernel)), ...problem };
    if (request.nodes === false) return { lab: name, directory: active.lab.spec.directory, engine, nodes: [], ...problem };
    const { lab, wiring } = active;
    const namespaces = [...lab.records.values()].filter((record) => isNamespace(record.node)).map((record) => record.name);
    const interfaces = request.ports ? await kernel.interfaces(namespaces) : undefined;
    const desired = state?.paused ?? new Set<string>();
    const paused = request.ports ? await pausedNodes([...lab.records.values()], desired, clock) : desired;
    const facts = {
      engine,
      listening: consoles.listening,
      carrier: wiring.carrier,
      paused,
      interfaces,
    };
    return { ...statusOf(lab, facts), ...problem };
  }

  /** How the lab is after something was done. A brief outcome leaves the nodes out. */
  async outcome(failures: readonly NodeFailure[], warnings: readonly string[], brief = false): Promise<Outcome> {
    const { active } = this.#parts.held;
    const ports = !brief && (active?.lab.records.size ?? 0) <= portsShown;
    const told = [...warnings, ...(active?.config.takeWarnings() ?? [])];
    return { failures, warnings: told, status: await this.status({ ports, nodes: !brief }) };
  }

  /** The same after a change. */
  async changeOutcome(
    { failures, warnings, reports }: Pick<ChangeOutcome, 'failures' | 'warnings' | 'reports'>,
    brief = false,
  ): Promise<ChangeOutcome> {
    return { ...(await this.outcome(failures, warnings, brief)), reports };
  }
}
