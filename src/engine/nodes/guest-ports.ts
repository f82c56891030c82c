import { portKey } from '../../address/port-key.ts';
import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ActiveLab } from '../active-lab.ts';
import type { NodeConfig } from '../config/node-config.ts';
import type { NodeRecord } from './node-record.ts';

/** How long a guest may take to boot before its new ports are given up on. Milliseconds. */
const bootTime = 300_000;

/** What a guest gets to find its new device before it is asked about it: looking costs it the processor that it finds it with. Milliseconds. */
const headStart = 40;

/** How long a command waits for a guest that runs to show a new port. Milliseconds. */
const patience = 15_000;

/** Names the interfaces of ports that were plugged into running guests, as soon as there is somebody in the guest to ask. */
export class GuestPorts {
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  /** What names a port, and whether somebody still waits for it: a port that is taken out again shows up nowhere. */
  readonly #naming = new Map<Promise<void>, () => boolean>();

  constructor(clock: Clock, log: (message: string) => void) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A port was plugged. Returns at once; a guest that boots is waited for. */
  plugged(active: Pick<ActiveLab, 'lab' | 'config'>, node: string, port: string): void {
    const { lab, config } = active;
    const record = lab.records.get(node);
    const mac = lab.macs.get(portKey(node, port));
    if (record?.handle?.nameInterface === undefined || mac === undefined) return;
    const naming = this.#name(record, port, mac, config).finally(() => this.#naming.delete(naming));
    this.#naming.set(naming, () => record.ready && active.lab.linkOfPort.has(portKey(node, port)));
  }

  /** Resolves when the guests that have booted by now show their new ports by name, and configured, and have done `others`; or take too long. */
  async settled(others: readonly Promise<void>[] = []): Promise<void> {
    const due = [...others, ...[...this.#naming].flatMap(([naming, isAwaited]) => (isAwaited() ? naming : []))];
    if (due.length === 0) return;
    const named = Promise.all(due);
    await Promise.race([named, this.#clock.sleep(patience, named)]);
  }

  async #name(record: NodeRecord, port: string, mac: string, config: NodeConfig): Promise<void> {
    const { handle } = record;
    try {
      if (!record.ready) await handle?.ready(bootTime);
      await config.guestPrepared(record);
      await this.#clock.sleep(headStart);
      await handle?.nameInterface?.(mac, port);
      await config.interfaceAppeared(record, port, mac);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      if (failure.code !== 'no-agent' && record.handle === handle) this.#log(`${record.name}:${port}: ${failure.message}`);
    }
  }
}
