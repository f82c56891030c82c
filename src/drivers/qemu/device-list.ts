import type { Clock } from '../../boundary/clock.ts';
import { type Ask, deviceIds } from './network-devices.ts';

/** How long an answer holds where nothing has changed that we know of. Milliseconds. */
const HOLDS = 100;

/**
 * The devices of one QEMU, asked for once by all who want to know at about the same time: each answer costs QEMU a turn with the guest's
 * processors. Whoever changes devices, or hears that they have changed, says so.
 */
export class DeviceList {
  readonly #ask: Ask;
  readonly #clock: Clock;
  #known: { readonly ids: Promise<readonly string[]>; readonly until: number } | undefined;

  constructor(ask: Ask, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  async ids(): Promise<readonly string[]> {
    if (this.#known === undefined || this.#clock.now() >= this.#known.until) {
      const known = { ids: deviceIds(this.#ask), until: this.#clock.now() + HOLDS };
      known.ids.catch(() => {
        if (this.#known === known) this.#known = undefined;
      });
      this.#known = known;
    }
    return await this.#known.ids;
  }

  /** Devices have come or gone. */
  changed(): void {
    this.#known = undefined;
  }
}
