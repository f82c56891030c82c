import { HostError } from '../boundary/host-error.ts';
import type { ProgressEvent } from '../model/outcome.ts';
import { isUnchanged } from '../model/topology-changes.ts';
import { withLostProviders } from '../plan/deferred-netvms.ts';
import type { Convergence } from './convergence.ts';
import type { HeldLab } from './desired/held-lab.ts';
import type { MachineDevices } from './devices/machine-devices.ts';
import type { Lab } from './lab.ts';
import { type TerminateParts, terminate } from './nodes/terminate.ts';
import type { Turns } from './turns.ts';

export interface StopParts extends TerminateParts {
  readonly held: HeldLab;
  readonly turns: Turns;
  readonly convergence: Convergence;
  readonly devices: MachineDevices;
  /** The lab goes: whatever keeps it up ends. */
  readonly closing: () => void;
}

/** Which nodes are to stop, and how; all where none is named. */
export interface StopWish {
  readonly nodes?: readonly string[] | undefined;
  readonly kill?: boolean | undefined;
  readonly force?: boolean | undefined;
}

type Emit = (event: ProgressEvent) => void;

/** Stops nodes of a lab that is held, and the lab. */
export class Stops {
  readonly #parts: StopParts;

  constructor(parts: StopParts) {
    this.#parts = parts;
  }

  /** Stops nodes and settles what they were connected to. One that is the netvm of a node that goes on is refused, unless by `kill` or `force`. */
  async stop({ nodes, kill = false, force = false }: StopWish, emit: Emit): Promise<void> {
    const { convergence, held, turns } = this.#parts;
    await turns.take(async () => {
      const { active, state } = held;
      if (active === undefined || state === undefined) return;
      const selected = active.lab.select(nodes);
      const names = new Set(selected.map(({ name }) => name));
      if (!kill && !force) refuseInUse(active.lab, names);
      const without = (all: ReadonlySet<string>) => new Set([...all].filter((name) => !names.has(name)));
      const deferred = withLostProviders(state.deferred, state.uplinks, names, state.paused);
      await held.become({ ...state, running: without(state.running), paused: without(state.paused), deferred });
      await terminate(selected, active.lab.spec.directory, this.#parts, { emit, kill });
      await held.forgetLaunched(names);
      await convergence.reconcile(names);
    });
  }

  /** Stops everything and removes what lies outside the sandbox; gives warnings. */
  async down(emit: Emit): Promise<readonly string[]> {
    const { closing, devices, held, turns } = this.#parts;
    return await turns.take(async () => {
      const { active, state } = held;
      if (active === undefined) return [];
      closing();
      for (const record of active.lab.records.values()) record.wanted = false;
      await terminate([...active.lab.records.values()], active.lab.spec.directory, this.#parts, { emit });
      await devices.settled;
      await active.wiring.dismantle();
      held.copyFile();
      await held.copied;
      const isLost = state !== undefined && !isUnchanged(state.changes);
      return isLost ? ['what commands had changed of the topology is gone with the lab'] : [];
    });
  }
}

/** Throws where a node that goes on has its netvm among these. */
function refuseInUse({ parts, records }: Lab, names: ReadonlySet<string>): void {
  for (const name of names) {
    if (records.get(name)?.process === undefined) continue;
    const clients = parts.routed
      .clientsOf(name)
      .filter((client) => !names.has(client) && records.get(client)?.process !== undefined);
    if (clients.length === 0) continue;
    throw new HostError(
      'in-use',
      `${name} is the netvm of ${clients.join(', ')}, which ${clients.length === 1 ? 'runs' : 'run'}`,
      {
        hint: `stop ${clients.length === 1 ? 'it' : 'them'} first, or cut the network: weft stop --force ${name}`,
      },
    );
  }
}
