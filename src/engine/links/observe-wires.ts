import type { InterfaceState } from '../../boundary/kernel.ts';
import type { StrayWire } from '../../plan/observed.ts';
import { readOwnerMark } from '../../wires/read-owner-mark.ts';
import type { Wire, WireInterface } from '../../wires/wire.ts';

/** Which interfaces there are, to be asked for many wires. */
export class InterfaceIndex {
  readonly #marks: ReadonlySet<string>;
  readonly #interfaces: ReadonlyMap<string, InterfaceState>;

  constructor(interfaces: readonly InterfaceState[]) {
    this.#marks = new Set(interfaces.map(({ netns, name, alias }) => `${netns}\n${name}\n${alias}`));
    this.#interfaces = new Map(interfaces.map((each) => [keyOf(each), each]));
  }

  /** All interfaces of the wire are there, with its marks. */
  holds(wire: Wire): boolean {
    return wire.interfaces.every(({ netns, name, alias }) => this.#marks.has(`${netns}\n${name}\n${alias}`));
  }

  /** What nodes see of the wire is as it should be. */
  suits(wire: Wire): boolean {
    return wire.interfaces.every((place) => {
      const found = this.#interfaces.get(keyOf(place));
      const { seen } = place;
      return seen === undefined || (found?.mtu === seen.mtu && found.mac === (seen.mac ?? found.mac));
    });
  }

  /** `NETNS/NAME`. */
  has(place: string): boolean {
    return this.#interfaces.has(place);
  }
}

/** The wires of a lab, as strays are told from them. */
export interface WiresAtHand {
  readonly wires: Iterable<Wire>;
  /** Links that were made, by id. */
  readonly known: (link: string) => boolean;
  /** The wire exists or will soon, and takes what has its places over as it is; of another only what bears its mark is its own. */
  readonly isNeeded: (wire: Wire) => boolean;
}

/** Interfaces of this lab that no wire has a use for, put together by the link that their marks name; it is called as a `known` one of the same ends. */
export function strayWires(
  lab: string,
  interfaces: readonly InterfaceState[],
  { wires, known, isNeeded }: WiresAtHand,
): readonly StrayWire[] {
  const used = new Set<string>();
  for (const wire of wires) {
    const needed = isNeeded(wire);
    for (const place of wire.interfaces) used.add(needed ? keyOf(place) : `${keyOf(place)} ${place.alias}`);
  }
  const strays = new Map<string, { netns: string; name: string }[]>();
  for (const found of interfaces) {
    const mark = readOwnerMark(lab, found.alias);
    if (mark === undefined || used.has(keyOf(found)) || used.has(`${keyOf(found)} ${found.alias}`)) continue;
    const ends = [mark.own, mark.other].sort();
    const link = [ends.toReversed(), ends].map((order) => order.join('--')).find(known) ?? ends.join('--');
    strays.set(link, [...(strays.get(link) ?? []), { netns: found.netns, name: found.name }]);
  }
  return [...strays].map(([link, places]) => ({ link, interfaces: places }));
}

function keyOf({ netns, name }: Pick<WireInterface, 'netns' | 'name'>): string {
  return `${netns}/${name}`;
}
