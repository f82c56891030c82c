import { type EventChoice, isChosen, type LabEvent, type LabHappening } from '../../model/lab-event.ts';

/** How many events are remembered for those who ask later. */
const remembered = 10_000;

/** How many events wait for a reader that does not keep up, before it loses some. */
const patience = 20_000;

/** Why there are no more events: the lab is taken down, the engine ends, or the reader was closed. */
export type EndOfEvents = 'down' | 'engine' | 'closed';

/** Which events a reader wants: of the past those after number `since`, or the `last` so many; none where both are left out. */
export interface EventWish extends EventChoice {
  readonly since?: number | undefined;
  readonly last?: number | undefined;
}

/** Tells whoever listens what happens in a lab. */
export class LabEvents {
  readonly #now: () => number;
  readonly #past: LabEvent[] = [];
  readonly #readers = new Set<EventReader>();
  readonly #listeners = new Set<(happening: LabHappening) => void>();
  #number = 0;
  #closed: EndOfEvents | undefined;
  readonly #allGone = Promise.withResolvers<void>();

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  emit(happening: LabHappening): void {
    const event: LabEvent = { at: new Date(this.#now()).toISOString(), number: ++this.#number, ...happening };
    this.#past.push(event);
    if (this.#past.length > 2 * remembered) this.#past.splice(0, this.#past.length - remembered);
    for (const reader of this.#readers) reader.take(event);
    for (const listener of this.#listeners) listener(happening);
  }

  /** Tells a part of the engine what happens, at once; it must not fail. */
  listen(listener: (happening: LabHappening) => void): void {
    this.#listeners.add(listener);
  }

  /** A reader of the past that it wishes for, and of all that comes. It holds memory until it is closed. */
  read(wish: EventWish): EventReader {
    const reader: EventReader = new EventReader(wish, () => this.#forget(reader));
    for (const event of this.#pastFor(wish)) reader.take(event);
    if (this.#closed === undefined) this.#readers.add(reader);
    else reader.end(this.#closed);
    return reader;
  }

  /** No more events; readers hear why, after what waits for them. Resolves when all have heard it, or have gone. */
  async close(reason: EndOfEvents): Promise<void> {
    this.#closed = reason;
    for (const reader of this.#readers) reader.end(reason);
    if (this.#readers.size > 0) await this.#allGone.promise;
  }

  #forget(reader: EventReader): void {
    this.#readers.delete(reader);
    if (this.#closed !== undefined && this.#readers.size === 0) this.#allGone.resolve();
  }

  #pastFor(wish: EventWish): readonly LabEvent[] {
    const { since, last } = wish;
    if (since === undefined && last === undefined) return [];
    const wanted = this.#past.slice(-remembered).filter((event) => event.number > (since ?? 0) && isChosen(event, wish));
    return last === undefined ? wanted : wanted.slice(wanted.length - Math.min(last, wanted.length));
  }
}

/** One who reads events at its own speed. What it cannot keep up with is lost to it, and counted. */
export class EventReader {
  readonly #choice: EventChoice;
  readonly #forget: () => void;
  #waiting: LabEvent[] = [];
  #missed = 0;
  #lastMissed: LabEvent | undefined;
  #ended: EndOfEvents | undefined;
  #wake: (() => void) | undefined;

  constructor(choice: EventChoice, forget: () => void) {
    this.#choice = choice;
    this.#forget = forget;
  }

  take(event: LabEvent): void {
    if (!isChosen(event, this.#choice)) return;
    if (this.#waiting.length < patience) this.#waiting.push(event);
    else {
      this.#missed += 1;
      this.#lastMissed = event;
    }
    this.#wake?.();
  }

  end(reason: EndOfEvents): void {
    this.#ended ??= reason;
    this.#wake?.();
  }

  /** All that waits, at least one event; once there will be no more, the reason. One reader, one call at a time. */
  async next(): Promise<readonly LabEvent[] | EndOfEvents> {
    while (this.#waiting.length === 0) {
      if (this.#ended !== undefined) {
        this.#forget();
        return this.#ended;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const events = this.#waiting;
    this.#waiting = [];
    if (this.#lastMissed !== undefined) {
      const { at, number } = this.#lastMissed;
      events.push({ at, number, kind: 'missed', count: this.#missed });
    }
    this.#missed = 0;
    this.#lastMissed = undefined;
    return events;
  }

  /** Frees what it holds; a call of `next` under way gives the reason `closed`. */
  close(): void {
    this.#forget();
    this.end('closed');
  }
}
