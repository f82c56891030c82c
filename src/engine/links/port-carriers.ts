import { HOST, type InterfaceSight } from '../../boundary/kernel.ts';
import type { StepReport } from '../../plan/step-report.ts';
import type { LabEvents } from '../events/lab-events.ts';
import type { Lab } from '../lab.ts';

/** Why a port has no carrier, as far as what is wanted of the lab explains it; one sentence. */
export type WhyDown = (node: string, port: string) => string | undefined;

/**
 * Tells the carriers of ports as events: those of namespaces and of the machine as the kernel shows them, those of guests as they were told
 * them. A port that is first seen with a carrier is none: it is as it should be.
 */
export class PortCarriers {
  readonly #events: LabEvents;
  readonly #whyDown: WhyDown;
  /** By `NODE:PORT`. */
  readonly #up = new Map<string, boolean>();

  constructor(events: LabEvents, whyDown: WhyDown) {
    this.#events = events;
    this.#whyDown = whyDown;
  }

  /** What the kernel shows now of interfaces that carry this lab's mark. */
  saw(sights: readonly InterfaceSight[]): void {
    for (const { netns, name, alias, up, carrier, gone } of sights) {
      const [node, port] = netns === HOST ? ownerIn(alias) : [netns, name];
      if (port === '') continue;
      if (gone) this.#set(node, port, false, 'its interface is gone');
      else this.#set(node, port, up && carrier, up ? 'its other end is down or gone' : 'its interface was set down');
      if (gone) this.#up.delete(`${node}:${port}`);
    }
  }

  /** A step was carried out: where it has switched a link's carrier, the guests at its ends were told what they are to see. */
  guestsTold(lab: Lab, { step, outcome }: StepReport): void {
    if (step.action !== 'carrier' || outcome !== 'done') return;
    for (const { node, port } of lab.links.wires.get(step.link)?.carrier.guests ?? []) this.#set(node, port, step.on, undefined);
  }

  #set(node: string, port: string, on: boolean, otherwise: string | undefined): void {
    const before = this.#up.get(`${node}:${port}`);
    this.#up.set(`${node}:${port}`, on);
    if (before === on || (before === undefined && on)) return;
    const reason = on ? undefined : (this.#whyDown(node, port) ?? otherwise);
    this.#events.emit({
      kind: 'carrier',
      node,
      port,
      state: on ? 'up' : 'down',
      ...(reason === undefined ? {} : { reason }),
    });
  }
}

/** The port that an owner mark names first: `weft LAB NODE:PORT -- ...`; none for marks of what is no port's. */
function ownerIn(alias: string): readonly [string, string] {
  const own = alias.split(' ')[2] ?? '';
  const colon = own.lastIndexOf(':');
  return colon < 0 ? [own, ''] : [own.slice(0, colon), own.slice(colon + 1)];
}
