import type { LabEvent } from '../../model/lab-event.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../visible-width.ts';

/** What an event is about, what became of it, and why. */
interface EventWords {
  readonly subject: string;
  readonly state: string;
  readonly reason?: string | undefined;
}

const kindWidth = 7;
/** Longer subjects, such as steps, are not lined up with. */
const widest = 24;

/** Prints events as lines in columns: time of day, kind, subject, state, reason. The subjects' column grows to the widest of those so far. */
export class EventLines {
  readonly #paint: Paint;
  #width = 8;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  line(event: LabEvent): string {
    const { subject, state, reason } = wordsOf(event);
    const shown = printable(subject);
    if (shown.length <= widest) this.#width = Math.max(this.#width, shown.length);
    const painted = this.#painted(state);
    const why = reason === undefined ? '' : `  ${printable(reason.split('\n').join(' '))}`;
    return `${timeOf(event.at)} ${event.kind.padEnd(kindWidth)} ${shown.padEnd(this.#width)} ${painted}${why}`.trimEnd();
  }

  #painted(state: string): string {
    const bad = ['lost', 'failed', 'refused', 'down', 'events'];
    const good = ['ready', 'up', 'done', 'unpaused'];
    if (bad.includes(state)) return this.#paint.red(state);
    return good.includes(state) ? this.#paint.green(state) : state;
  }
}

function wordsOf(event: LabEvent): EventWords {
  switch (event.kind) {
    case 'node':
      return { subject: event.node, state: event.state, reason: event.reason };
    case 'link':
      return { subject: event.link, state: event.state, reason: event.reason };
    case 'carrier':
      return { subject: `${event.node}:${event.port}`, state: event.state, reason: event.reason };
    case 'step':
      return { subject: event.step, state: event.state, reason: event.reason };
    case 'change':
      return {
        subject: event.change,
        state: event.state,
        reason: event.reason === undefined ? `by ${event.door}` : `by ${event.door}: ${event.reason}`,
      };
    case 'engine':
      return { subject: String(event.process), state: event.state, reason: event.reason };
    case 'missed':
      return { subject: String(event.count), state: 'events', reason: 'were lost: they came faster than they were read' };
  }
}

/** The time of day where the user is, as clocks show it, with milliseconds. */
function timeOf(at: string): string {
  const time = new Date(at);
  const digits = (value: number, width = 2) => String(value).padStart(width, '0');
  return `${digits(time.getHours())}:${digits(time.getMinutes())}:${digits(time.getSeconds())}.${digits(time.getMilliseconds(), 3)}`;
}
