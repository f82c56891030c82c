import { portKey } from '../../address/port-key.ts';
import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Wire } from '../../wires/wire.ts';
import { type Lab, placeOf } from '../lab.ts';

/** The network devices of guests: plugged and unplugged, and told whether their cables are in. */
export class GuestCables {
  #lab: Lab;
  /** What each guest was last told of its port; missing where nobody knows. */
  readonly #told = new Map<string, boolean>();
  /** Where each device was last connected, by port; missing where nobody knows. */
  readonly #places = new Map<string, string>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Works for another description of the same lab from now on. */
  follow(lab: Lab): void {
    this.#lab = lab;
  }

  get places(): ReadonlyMap<string, string> {
    return this.#places;
  }

  /** A QEMU that starts sees its links up; of one that was found running nobody knows. */
  fresh(node: string): void {
    for (const wire of this.#lab.links.wires.values()) {
      for (const end of wire.ends) {
        if (end.node !== node || end.port === undefined || end.plug === undefined) continue;
        const key = portKey(node, end.port);
        this.#told.set(key, true);
        this.#places.set(key, placeOf(end.plug));
      }
    }
  }

  /** Plugs a port into a guest that runs. False where there is nothing to plug, or nobody to plug it into; rejects with a HostError. */
  async plug(wire: Wire, node: string, port: string): Promise<boolean> {
    const plug = wire.ends.find((end) => end.node === node && end.port === port)?.plug;
    const handle = this.#lab.records.get(node)?.handle;
    if (plug === undefined || handle === undefined) return false;
    if (handle.plug === undefined) {
      throw new HostError('no-hotplug', `${node} cannot take a network device while it runs`, {
        hint: `restart it: weft restart ${node}`,
      });
    }
    const asked = this.#lab.link(wire.link).attributes['qn_mtu'];
    const key = portKey(node, port);
    const mac = this.#lab.macs.get(key) ?? '';
    const { netdev, descriptor } = plug;
    await handle.plug({ name: port, mac, netdev, descriptor, mtu: asked ? Number(asked) : undefined });
    this.#places.set(key, placeOf(plug));
    this.#told.set(key, true);
    return true;
  }

  /** A port is about to be plugged. */
  foresee(node: string, port: string): void {
    this.#lab.records.get(node)?.handle?.foreseePlug?.(port);
  }

  async unplug(node: string, port: string): Promise<void> {
    await this.#lab.records.get(node)?.handle?.unplug?.(port);
    this.#places.delete(portKey(node, port));
    this.#told.delete(portKey(node, port));
  }

  /** Tells the guests at the ends of wires whether they have a carrier; gives the refusals, by link. */
  async tell(wanted: readonly (readonly [wire: Wire, on: boolean])[]): Promise<ReadonlyMap<string, string>> {
    const refusals = new Map<string, string>();
    const guests = wanted.flatMap(([wire, on]) => wire.carrier.guests.map((guest) => ({ link: wire.link, on, ...guest })));
    await Promise.all(
      guests.map(async ({ link, on, node, port }) => {
        const handle = this.#lab.records.get(node)?.handle;
        const key = portKey(node, port);
        if (handle === undefined || this.#told.get(key) === on) return;
        const refusal = await tellOne(handle, port, on);
        if (refusal === undefined) this.#told.set(key, on);
        else refusals.set(link, `${key}: ${refusal}`);
      }),
    );
    return refusals;
  }

  /** Whether a device that the wire goes on using was last told that its cable is out. */
  isDark({ carrier }: Wire): boolean {
    return carrier.guests.some(({ node, port }) => this.#told.get(portKey(node, port)) === false);
  }

  /** Whether all guests at a link that run were last told this. */
  know(link: string, on: boolean, lab: Lab): boolean {
    const guests = lab.links.wires.get(link)?.carrier.guests ?? [];
    return guests.every(
      ({ node, port }) => lab.records.get(node)?.handle === undefined || this.#told.get(portKey(node, port)) === on,
    );
  }

  /** A wire is gone. A device that a moved link goes on using was told what it was told. */
  forget({ carrier }: Wire): void {
    for (const { node, port } of carrier.guests) {
      const key = portKey(node, port);
      if (!this.#lab.linkOfPort.has(key)) this.#told.delete(key);
    }
  }
}

async function tellOne(handle: NodeHandle, port: string, on: boolean): Promise<string | undefined> {
  try {
    await handle.setCarrier(port, on);
    return undefined;
  } catch (failure) {
    // A port that is yet to be plugged gets its link's carrier then.
    if (failure instanceof HostError && failure.code === 'no-such-port') return undefined;
    return failure instanceof Error ? failure.message : String(failure);
  }
}
