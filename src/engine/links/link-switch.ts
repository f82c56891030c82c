import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { KernelAbilities } from '../../boundary/kernel.ts';
import type { Change } from '../../model/change.ts';
import type { Link, Topology } from '../../model/topology.ts';
import type { StepReport } from '../../plan/step-report.ts';
import type { Lab } from '../lab.ts';
import type { Turns } from '../turns.ts';
import { stepFailures } from '../views/step-failures.ts';
import { Flaps, type FlapTimes } from './flaps.ts';
import type { MomentaryLinks } from './momentary-links.ts';
import { refuseOnWire } from './refuse-conditions.ts';

/** What is asked of the cable at a port. */
export interface SwitchWish {
  readonly node: string;
  readonly port: string;
  readonly on: boolean;
  /** Only what this port sends is concerned, and no end loses its carrier. */
  readonly oneWay?: boolean | undefined;
  /** Seconds until it is as before. */
  readonly lasts?: number | undefined;
  /** Seconds from one beginning to the next. */
  readonly every?: number | undefined;
}

export interface LinkSwitchParts {
  readonly clock: Clock;
  readonly log: (message: string) => void;
  readonly turns: Turns;
  readonly abilities: KernelAbilities;
  readonly momentary: MomentaryLinks;
  readonly lab: () => Lab;
  /** The lab as its file describes it. */
  readonly file: () => Topology;
  /** Makes an edit of the desired state, without carrying it out. */
  readonly edit: (changes: readonly Change[], nodes: ReadonlySet<string>) => Promise<void>;
  /** Brings the lab to its desired state around these nodes. */
  readonly reconcile: (nodes: ReadonlySet<string>) => Promise<readonly StepReport[]>;
}

/** Plugs and unplugs cables: for good, for a while, or again and again. */
export class LinkSwitch {
  readonly #parts: LinkSwitchParts;
  readonly #flaps: Flaps;

  constructor(parts: LinkSwitchParts) {
    this.#parts = parts;
    this.#flaps = new Flaps(parts.clock, parts.log);
  }

  /** Resolves once the first change is done. Throws a HostError: `no-such-port`, `refused`, `bad-request`. */
  async switch(wish: SwitchWish): Promise<void> {
    const times = timesOf(wish);
    await this.#parts.turns.take(async () => {
      const link = this.#linkAt(wish);
      if (wish.oneWay === true) this.#refuseCut(link, wish);
      this.#endFlaps(link, wish);
      if (times === undefined) await this.#parts.edit([this.#edit(link, wish)], nodesOf(link));
      else this.#override(link, wish, true);
      await this.#bringAbout(link);
      if (times === undefined) return;
      this.#flaps.begin(nameOf(link, wish), times, (away, isWanted) =>
        this.#parts.turns.take(async () => {
          if (!isWanted()) return;
          this.#override(link, wish, away);
          await this.#bringAbout(link);
        }),
      );
    });
  }

  /** Switching a cable on for good ends all that comes and goes at it. */
  #endFlaps(link: Link, wish: SwitchWish): void {
    const ports = wish.oneWay === true ? [wish] : [wish, ...cutsOf(link)];
    for (const each of ports) {
      this.#flaps.end(nameOf(link, each));
      this.#override(link, each, false);
    }
  }

  #override(link: Link, { node, port, on, oneWay }: SwitchWish, away: boolean): void {
    const { plugged, cuts } = this.#parts.momentary;
    const [map, key, value] = oneWay === true ? [cuts, `${node}:${port}`, !on] : [plugged, link.id, on];
    if (away) map.set(key, value);
    else map.delete(key);
  }

  #edit(link: Link, { node, port, on, oneWay }: SwitchWish): Change {
    const side = link.tail.node === node && link.tail.port === port ? 'tail' : 'head';
    const name = oneWay === true ? `qn_${side}link` : 'qn_link';
    const file = this.#parts.file().links.find(({ id }) => id === link.id);
    const whenOn = file?.attributes[name] === undefined ? null : 'on';
    return { change: 'link', link: link.id, attributes: { [name]: on ? whenOn : 'off' } };
  }

  async #bringAbout(link: Link): Promise<void> {
    const reports = await this.#parts.reconcile(nodesOf(link));
    const [refusal] = stepFailures(this.#parts.lab(), reports);
    if (refusal !== undefined) throw new HostError('refused', refusal.message);
  }

  #linkAt({ node, port }: SwitchWish): Link {
    const lab = this.#parts.lab();
    const link = lab.linkOfPort.get(`${node}:${port}`);
    if (link === undefined) throw new HostError('no-such-port', `${node} has no port ${port} with a link`);
    if (!lab.links.selfWired.has(link.id)) return link;
    throw new HostError('refused', `the script of ${node} wires ${link.id} itself, over UDP: weft cannot unplug it`, {
      hint: 'use a bundled template, or take WEFT_NETDEV_n into yours (templates/README.md)',
    });
  }

  #refuseCut(link: Link, { node, port, on }: SwitchWish): void {
    if (on) return;
    const cut = { cut: true } as const;
    const isTail = link.tail.node === node && link.tail.port === port;
    const wanted = isTail ? { tail: cut, head: {} } : { tail: {}, head: cut };
    refuseOnWire(this.#parts.lab(), link.id, wanted, this.#parts.abilities);
  }
}

function nodesOf({ tail, head }: Link): ReadonlySet<string> {
  return new Set([tail.node, head.node]);
}

function nameOf(link: Link, { node, port, oneWay }: SwitchWish): string {
  return oneWay === true ? `what ${node}:${port} sends` : `link ${link.id}`;
}

function cutsOf({ tail, head }: Link): SwitchWish[] {
  return [tail, head].flatMap(({ node, port }) => (port === undefined ? [] : [{ node, port, on: true, oneWay: true }]));
}

/** In milliseconds; undefined for good. */
function timesOf({ lasts, every }: SwitchWish): FlapTimes | undefined {
  if (lasts === undefined && every === undefined) return undefined;
  if (lasts === undefined) throw new HostError('bad-request', 'a link that flaps needs a time that it is away');
  if (every !== undefined && every <= lasts) {
    throw new HostError('bad-request', 'a link that flaps must come back before it goes again');
  }
  return { lasts: lasts * 1000, every: every === undefined ? undefined : every * 1000 };
}
