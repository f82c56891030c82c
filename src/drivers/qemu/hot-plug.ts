import type { Clock } from '../../boundary/clock.ts';
import type { PluggedPort, PortPlug } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import { within } from './deadline.ts';
import { Departures } from './departures.ts';
import { DeviceList } from './device-list.ts';
import { isObject, type JsonObject, parseObject } from './json-lines.ts';
import { netdevArguments } from './netdev-arguments.ts';
import {
  type Ask,
  deviceIds,
  deviceState,
  isNetworkDevice,
  type NetworkDevice,
  type NetworkDeviceState,
  networkDevices,
  orNothing,
  pluggedDevice,
} from './network-devices.ts';
import type { QmpEvent } from './qmp.ts';
import { freeSlot, slotAddress, slotsAmong } from './slots.ts';

/** What hot-plug needs of a running QEMU. */
export interface HotPlugParts {
  readonly node: string;
  /** Its template has spare slots. */
  readonly spareSlots: boolean;
  /** The monitor that takes descriptors; nobody else talks to it. */
  readonly socket: string;
  readonly ask: Ask;
  onEvent(listener: (event: QmpEvent) => void): void;
  readonly hand: Kernel['hand'];
  readonly clock: Clock;
}

/** Where a port goes. */
interface Place {
  /** All devices there are. */
  readonly ids: readonly string[];
  readonly device: NetworkDevice;
  /** The free slot; once it is known, no netdev of the device is left. */
  readonly asked: Promise<readonly [slot: string, ...unknown[]]>;
}

/** Milliseconds. */
const ANSWER_WITHIN = 10_000;
const FORESEEN_FOR = 1000;
/** The name under which a descriptor waits for its netdev. A later descriptor of that name takes the place of a forgotten one. */
const DESCRIPTOR = 'weft';

/**
 * Network devices that come and go while QEMU runs. All is read from QEMU, nothing is remembered for long: an engine that was killed in
 * the middle finds what it began. Changes of one node wait for each other.
 */
export class HotPlug {
  readonly #parts: HotPlugParts;
  readonly #departures: Departures;
  readonly #devices: DeviceList;
  #turn: Promise<unknown> = Promise.resolve();
  #foreseen: { readonly port: string; readonly place: Promise<Place>; readonly until: number } | undefined;
  /** Where the last device went: the slots after it have been empty for longest. */
  #lastSlot: string | undefined;

  private constructor(parts: HotPlugParts) {
    this.#parts = parts;
    this.#devices = new DeviceList(parts.ask, parts.clock);
    this.#departures = new Departures({ ask: parts.ask, clock: parts.clock, leaving: () => this.#leaving() });
  }

  static of(parts: HotPlugParts): HotPlug {
    const plug = new HotPlug(parts);
    parts.onEvent((event) => {
      plug.#forget();
      plug.#departures.take(event);
    });
    return plug;
  }

  async ports(): Promise<readonly PluggedPort[]> {
    return (await this.#states(await this.#devices.ids()))
      .filter(({ wired }) => wired)
      .map(({ port, mac }) => ({ name: port, mac }));
  }

  /** Every network device of a bundled script sits behind a root port of its own. */
  async freeSlots(): Promise<number> {
    const ids = await this.#devices.ids();
    return Math.max(0, slotsAmong(ids).length - ids.filter(isNetworkDevice).length);
  }

  async setCarrier(port: string, on: boolean): Promise<void> {
    const device = (await this.#states(await deviceIds(this.#parts.ask), port)).find(({ wired }) => wired);
    if (device === undefined) throw new HostError('no-such-port', `${this.#parts.node} has no port ${port} now`);
    await this.#parts.ask('set_link', { name: device.id, up: on });
  }

  plug(port: PortPlug): Promise<void> {
    return this.#next(() => this.#plug(port));
  }

  /** The wire is free when this resolves; the guest lets go of the device when it can. */
  async unplug(port: string): Promise<void> {
    await this.#next(() => this.#unwire(port));
    this.letGo();
  }

  /** Asks the guest (again) to let go of devices without a wire: what it was asked before its kernel ran, it has not heard. */
  letGo(): void {
    this.#departures.all().catch(() => undefined);
  }

  /** Where the guest finds the device with this MAC; undefined where it may be anywhere. */
  async addressOf(mac: string): Promise<string | undefined> {
    const device = (await this.#all()).find((state) => state.wired && isSame(state.mac, mac));
    return device === undefined ? undefined : slotAddress(this.#parts.ask, device.id);
  }

  /** A port is about to be plugged: QEMU is asked for what has to be known while the wire is being made. The first of several. */
  foresee(port: string): void {
    if (this.#foreseen !== undefined && this.#parts.clock.now() < this.#foreseen.until) return;
    const place = this.#turn.then(() => this.#place(port));
    place.catch(() => undefined);
    this.#foreseen = { port, place, until: this.#parts.clock.now() + FORESEEN_FOR };
  }

  async #plug(wanted: PortPlug): Promise<void> {
    const { port, place, until = 0 } = this.#foreseen ?? {};
    const foreseen = port === wanted.name && this.#parts.clock.now() < until ? place : undefined;
    const { ids, device, asked } = await (foreseen ?? this.#place(wanted.name));
    const wired = (await this.#states(ids, wanted.name)).filter((state) => state.wired);
    if (wired.some(({ mac }) => isSame(mac, wanted.mac))) return;
    if (wired.length > 0) {
      await this.#unwire(wanted.name);
      this.letGo();
    }
    // What was unplugged just now may leave the only slot.
    const [slot] = wired.length > 0 ? [await this.#slot(ids)] : await asked;
    try {
      await this.#departures.alone(() => this.#add(wanted, netdevOf(wanted, device), deviceOf(wanted, device, slot)));
    } catch (failure) {
      await this.#freeNetdev(device).catch(() => undefined);
      throw failure;
    }
  }

  /** Where a port would go, with what is in its way asked to go. */
  async #place(port: string): Promise<Place> {
    const ids = await this.#devices.ids();
    const device = firstUnused(port, ids);
    // Asked together: each answer costs QEMU a turn with the guest's processors.
    const asked = Promise.all([this.#slot(ids), this.#freeNetdev(device)]);
    asked.catch(() => undefined);
    return { ids, device, asked };
  }

  /** Whatever netdev of the port there is, that of a plug which came to nothing as well. */
  async #unwire(port: string): Promise<void> {
    const ids = await deviceIds(this.#parts.ask);
    const devices = (await networkDevices(this.#parts.ask, ids)).filter((device) => device.port === port);
    for (const device of [...devices, firstUnused(port, ids)]) await this.#freeNetdev(device);
  }

  async #freeNetdev({ netdev }: NetworkDevice): Promise<void> {
    await this.#parts.ask('netdev_del', { id: netdev }).catch(orNothing);
  }

  /** A descriptor belongs to the connection that it came by, so its netdev is made there, and the device with it. */
  async #add({ descriptor }: PortPlug, netdev: JsonObject, device: JsonObject): Promise<void> {
    const { ask, clock, hand, node, socket } = this.#parts;
    if (descriptor === undefined) {
      await ask('netdev_add', netdev);
      await ask('device_add', device);
      return;
    }
    const lines = [
      { text: JSON.stringify({ execute: 'qmp_capabilities' }) },
      { text: JSON.stringify({ execute: 'getfd', arguments: { fdname: DESCRIPTOR } }), descriptor },
      { text: JSON.stringify({ execute: 'netdev_add', arguments: netdev }) },
      { text: JSON.stringify({ execute: 'device_add', arguments: device }) },
    ];
    const answers = await within(
      clock,
      ANSWER_WITHIN,
      hand(socket, lines, ANSWER_WITHIN - 500).catch((failure: unknown) => Promise.reject(explained(failure, node))),
      () => `the kernel worker did not hand the wire to ${node} in time`,
    );
    for (const answer of answers) refuseError(answer);
  }

  /** A free slot; waits for what a guest is about to give up. */
  async #slot(ids: readonly string[]): Promise<string> {
    const { ask, node, spareSlots } = this.#parts;
    const slots = slotsAmong(ids);
    if (!spareSlots || slots.length === 0) throw noHotplug(node, 'its template has no spare slots', USE_ANOTHER);
    const next = slots.indexOf(this.#lastSlot ?? '') + 1;
    const turned = [...slots.slice(next), ...slots.slice(0, next)];
    const free = (await freeSlot(ask, turned)) ?? (await this.#departures.all().then(() => freeSlot(ask, turned)));
    if (free === undefined) throw noSlot(node, slots, (await this.#leaving()).length);
    this.#lastSlot = free;
    return free;
  }

  async #leaving(): Promise<readonly string[]> {
    return (await this.#all()).filter(({ wired }) => !wired).map(({ id }) => id);
  }

  async #all(): Promise<readonly NetworkDeviceState[]> {
    return await this.#states(await deviceIds(this.#parts.ask));
  }

  /** Of one port's devices among these, or of all. */
  async #states(ids: readonly string[], port?: string): Promise<readonly NetworkDeviceState[]> {
    const { ask } = this.#parts;
    const devices = await networkDevices(ask, ids);
    const wanted = devices.filter((device) => port === undefined || device.port === port);
    const states = await Promise.all(wanted.map((device) => deviceState(ask, device)));
    return states.filter((state) => state !== undefined);
  }

  #forget(): void {
    this.#devices.changed();
    this.#foreseen = undefined;
  }

  #next<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(change).finally(() => this.#forget());
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function firstUnused(port: string, ids: readonly string[]): NetworkDevice {
  for (let number = 0; ; number += 1) {
    const device = pluggedDevice(port, number);
    if (!ids.includes(device.id)) return device;
  }
}

function netdevOf({ netdev }: PortPlug, { netdev: id }: NetworkDevice): JsonObject {
  return { ...netdevArguments(netdev.replace('{fd}', DESCRIPTOR)), id };
}

function deviceOf({ mac, mtu }: PortPlug, { id, netdev }: NetworkDevice, bus: string): JsonObject {
  const device = { driver: 'virtio-net-pci', id, netdev, mac, bus, romfile: '' };
  return mtu === undefined ? device : { ...device, host_mtu: mtu };
}

function isSame(mac: string, other: string): boolean {
  return mac.toLowerCase() === other.toLowerCase();
}

const USE_ANOTHER = 'templates with hotplug=yes have them, "small" for one; elsewhere restart the node';

function noHotplug(node: string, why: string, hint: string): HostError {
  return new HostError('no-hotplug', `no port can be plugged into ${node} while it runs: ${why}`, { hint });
}

function noSlot(node: string, slots: readonly string[], leaving: number): HostError {
  const waiting = leaving === 0 ? '' : `; ${leaving} wait for the guest to let go of an old port`;
  return new HostError('no-slot', `all ${slots.length} slots of ${node} are taken${waiting}`, {
    hint: 'a restart gives it slots for all its links, and eight spare ones',
  });
}

/** A script that was generated by an older weft opens no monitor for descriptors. */
function explained(failure: unknown, node: string): unknown {
  if (!(failure instanceof HostError) || failure.code !== 'ENOENT') return failure;
  return noHotplug(node, 'its script was generated by an older weft', 'generate again and restart the node');
}

function refuseError(answer: string): void {
  const message = parseObject(answer);
  const error = message?.['error'];
  if (isObject(error)) throw new HostError(String(error['class']), `QEMU refused a network device: ${String(error['desc'])}`);
}
