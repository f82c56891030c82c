import { HostError } from '../boundary/host-error.ts';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { Change } from '../model/change.ts';
import type { NodeFailure } from '../model/outcome.ts';
import type { StepReport } from '../plan/step-report.ts';
import type { Convergence } from './convergence.ts';
import { effectiveChanges } from './desired/effective-changes.ts';
import type { HeldLab } from './desired/held-lab.ts';
import { withEdits } from './desired/next-state.ts';
import type { LabEvents } from './events/lab-events.ts';
import { tellChanges } from './events/step-events.ts';
import type { Lab } from './lab.ts';
import { refuseConditions } from './links/refuse-conditions.ts';
import type { TerminateParts } from './nodes/terminate.ts';
import type { Starts } from './starts.ts';
import type { Turns } from './turns.ts';
import { stepFailures } from './views/step-failures.ts';

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

/** Makes changes by commands while the lab runs. */
export class Changing {
  readonly #parts: ChangingParts;

  constructor(parts: ChangingParts) {
    this.#parts = parts;
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
      const compiled = await held.compile(convergence.withConnections(withEdits(state, changes, before)), active);
      const refused = [...compiled.lab.links.refused].find(([link]) => !before.links.refused.has(link))?.[1];
      if (refused !== undefined) throw new HostError(refused.code, refused.message, { hint: refused.hint });
      const touched = touchedNodes(changes, before, compiled.lab);
      await held.take(compiled);
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
