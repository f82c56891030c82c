import type { Wire } from '../../wires/wire.ts';
import { settingsOf } from '../lab.ts';
import type { LabLinks } from './lab-links.ts';
import type { InterfaceIndex } from './observe-wires.ts';

/** A description of a lab, as far as its wires go; one is told from another by identity. */
export interface Described {
  readonly links: Pick<LabLinks, 'wires'>;
}

/** What was found of the wires of one description of a lab. */
export interface Found {
  readonly lab: Described;
  /** Links whose wires exist. */
  readonly wires: ReadonlySet<string>;
  readonly index: InterfaceIndex;
}

/** A description that may come to count, with what was found of it. */
interface Ahead extends Found {
  /** By link of that description: wires that links have made which it does not have. */
  readonly takenOver: ReadonlyMap<string, Wire>;
}

/** What is known of the wires of one lab that exist: how each was last made, and what it was last told. */
export class KnownWires {
  #lab: Described;
  readonly #made = new Map<string, Wire>();
  readonly #carrier = new Map<string, boolean>();
  readonly #conditions = new Map<string, string>();
  #ahead: Ahead | undefined;

  constructor(lab: Described) {
    this.#lab = lab;
  }

  /** Compares with another description of the same lab from now on; what was found for it last counts at once. */
  follow(lab: Described): void {
    this.#lab = lab;
    if (this.#ahead?.lab === lab) this.#note(this.#ahead);
    this.#ahead = undefined;
  }

  /** The wire of a link as it was last made; undefined where there is none. */
  made(link: string): Wire | undefined {
    return this.#made.get(link);
  }

  get wires(): ReadonlyMap<string, Wire> {
    return this.#made;
  }

  /** What the kernel's side of each link was last told. */
  get carrier(): ReadonlyMap<string, boolean> {
    return this.#carrier;
  }

  /** What each link was last made to do to frames; none where nothing was ever asked of it. */
  get conditions(): ReadonlyMap<string, string> {
    return this.#conditions;
  }

  /** A wire has just been made, or brought to what it says. */
  setMade(wire: Wire): void {
    this.#made.set(wire.link, wire);
  }

  setCarrier(link: string, on: boolean): void {
    this.#carrier.set(link, on);
  }

  setConditions(link: string, text: string): void {
    this.#conditions.set(link, text);
  }

  /** A wire is gone. */
  forget(link: string): void {
    this.#made.delete(link);
    this.#carrier.delete(link);
    this.#conditions.delete(link);
  }

  /** All wires are gone. */
  clear(): void {
    for (const link of [...this.#made.keys()]) this.forget(link);
  }

  /**
   * Takes in what was found. Of another description than the one that counts, it is kept until that one does.
   *
   * @returns what is known of that description's wires: also of those that its links take over from links that it no longer has.
   */
  takeIn(found: Found): Comparison {
    if (found.lab === this.#lab) {
      this.#ahead = undefined;
      this.#note(found);
      return this.#compare(found.lab, new Map());
    }
    const takenOver = this.#takenOver(found);
    this.#ahead = { ...found, takenOver };
    return this.#compare(found.lab, takenOver);
  }

  #compare(lab: Described, takenOver: ReadonlyMap<string, Wire>): Comparison {
    return {
      made: (link) => this.#made.get(link) ?? takenOver.get(link),
      settings: new Map(
        [...this.#made, ...takenOver]
          .filter(([id, wire]) => lab.links.wires.get(id) !== wire)
          .map(([id, wire]) => [id, settingsOf(wire)]),
      ),
      conditions: new Map([...this.#conditions, ...this.#inherited(takenOver)]),
    };
  }

  /** A wire that an engine before this one left otherwise than it is desired now counts as made from nothing, and is adjusted. */
  #note({ lab, wires, index }: Found): void {
    const predecessor = this.#predecessors(lab);
    for (const id of wires) {
      const wire = lab.links.wires.get(id);
      if (wire === undefined || this.#made.has(id)) continue;
      const before = predecessor(wire);
      this.#made.set(id, before ?? (index.suits(wire) ? wire : { ...wire, setUp: [] }));
      if (before !== undefined)
        for (const [link, text] of this.#inherited(new Map([[id, before]]))) this.#conditions.set(link, text);
    }
    for (const id of [...this.#made.keys()]) if (!wires.has(id) && lab.links.wires.has(id)) this.forget(id);
  }

  /** What links do to frames because those whose wires they take over did. */
  #inherited(takenOver: ReadonlyMap<string, Wire>): readonly (readonly [link: string, conditions: string])[] {
    return [...takenOver].flatMap(([link, before]) => {
      const text = this.#conditions.get(before.link);
      return text === undefined ? [] : [[link, text] as const];
    });
  }

  #takenOver({ wires, lab }: Found): ReadonlyMap<string, Wire> {
    const predecessor = this.#predecessors(lab);
    const fresh = [...lab.links.wires.values()].filter(({ link }) => wires.has(link) && !this.#made.has(link));
    const found = fresh.map((wire) => [wire.link, predecessor(wire)] as const);
    return new Map(found.filter((entry): entry is readonly [string, Wire] => entry[1] !== undefined));
  }

  /** Finds the wire that a new one takes over as it is: that of a link which the lab no longer has, with the same interfaces. */
  #predecessors(lab: Described): (wire: Wire) => Wire | undefined {
    const gone = [...this.#made.values()].filter(({ link, interfaces }) => interfaces.length > 0 && !lab.links.wires.has(link));
    const byPlaces = new Map(gone.map((wire) => [placesOf(wire), wire]));
    return (wire) => (gone.length === 0 ? undefined : byPlaces.get(placesOf(wire)));
  }
}

/** What is known of the wires, as one description of the lab names them. */
export interface Comparison {
  /** The wire of a link as it was last made, or as the link takes it over; undefined where there is none. */
  readonly made: (link: string) => Wire | undefined;
  /** What wires are set to that are not as this description says. */
  readonly settings: ReadonlyMap<string, string>;
  readonly conditions: ReadonlyMap<string, string>;
}

function placesOf({ interfaces }: Wire): string {
  return interfaces
    .map(({ netns, name, alias }) => `${netns}/${name} ${alias}`)
    .toSorted()
    .join('\n');
}
