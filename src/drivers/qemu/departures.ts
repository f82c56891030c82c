import type { Clock } from '../../boundary/clock.ts';
import { isObject } from './json-lines.ts';
import { type Ask, deviceIds, orNothing } from './network-devices.ts';
import type { QmpEvent } from './qmp.ts';

interface DepartureParts {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Ids of the devices that have to go. */
  leaving(): Promise<readonly string[]>;
}

/** How long a guest that runs may take to let go of a device. Milliseconds. */
const LET_GO_WITHIN = 2000;
const LOOK_AGAIN = 100;

/**
 * Makes a guest let go of devices. Whatever is plugged or unplugged, ACPI has the guest ask QEMU for all devices that are to go, so one that
 * is slow to go is asked for twice; a device that got its slot in between would go in its place. So there is one change at a time, and the
 * next comes when the guest is done with it.
 */
export class Departures {
  readonly #parts: DepartureParts;
  readonly #asked = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  #last: Promise<unknown> = Promise.resolve();
  #round: Promise<void> | undefined;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  /** Tells of what QEMU does. */
  take({ name, data }: QmpEvent): void {
    if (name === 'DEVICE_DELETED' && typeof data['device'] === 'string') this.#waiting.get(data['device'])?.();
  }

  /** Runs a change of the guest's devices when no other is under way. */
  alone<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Asks for all that have to go, one after the other. Ends early when the guest does not listen: it stands still, or has no kernel yet. */
  all(): Promise<void> {
    this.#round ??= this.#all().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #all(): Promise<void> {
    const seen = new Set<string>();
    for (let listens = true; listens; ) {
      const next = (await this.#parts.leaving()).find((id) => !seen.has(id));
      if (next === undefined) return;
      seen.add(next);
      listens = await this.alone(() => this.#letGo(next));
    }
  }

  /** False when the guest runs and does not listen. */
  async #letGo(id: string): Promise<boolean> {
    const { ask, clock } = this.#parts;
    const gone = Promise.withResolvers<void>();
    this.#waiting.set(id, gone.resolve);
    try {
      if (!this.#asked.has(id)) await ask('device_del', { id }).catch(orNothing);
      this.#asked.add(id);
      if (!(await this.#runs())) return true;
      for (const until = clock.now() + LET_GO_WITHIN; (await deviceIds(ask)).includes(id); ) {
        if (clock.now() >= until) {
          this.#asked.delete(id);
          return false;
        }
        await clock.sleep(LOOK_AGAIN, gone.promise);
      }
      this.#asked.delete(id);
      return true;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #runs(): Promise<boolean> {
    const status = await this.#parts.ask('query-status');
    return isObject(status) && status['running'] === true;
  }
}
