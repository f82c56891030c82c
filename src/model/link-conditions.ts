import { parsePercent, parseRate, parseTime, printPercent, printRate, printTime } from './measures.ts';
import type { Attributes } from './topology.ts';

/** One way through a link is named by the end that sends. */
export type Side = 'tail' | 'head';

export type Measure = 'time' | 'percent' | 'rate';

/** What a link can do to frames besides carrying them, in the order in which people are told of it. */
export const IMPAIRMENTS = ['delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate'] as const;
export type Impairment = (typeof IMPAIRMENTS)[number];

export const MEASURE_OF: Readonly<Record<Impairment, Measure>> = {
  delay: 'time',
  jitter: 'time',
  loss: 'percent',
  duplicate: 'percent',
  corrupt: 'percent',
  reorder: 'percent',
  rate: 'rate',
};

interface Notation {
  readonly parse: (text: string) => number | undefined;
  readonly print: (value: number) => string;
  /** What is expected, as the end of a sentence. */
  readonly expected: string;
}

const NOTATIONS: Readonly<Record<Measure, Notation>> = {
  time: { parse: parseTime, print: printTime, expected: 'a time of at most a minute, such as 20ms or 300us' },
  percent: { parse: parsePercent, print: printPercent, expected: 'a share such as 1% or 0.1%' },
  rate: { parse: parseRate, print: printRate, expected: 'a bandwidth such as 1mbit or 512kbit (100kbps counts bytes)' },
};

/** What happens to frames on one way through a link. What is absent does not happen; nothing is ever zero. */
export interface Conditions {
  /** Nanoseconds. */
  readonly delay?: number;
  readonly jitter?: number;
  /** Percent. */
  readonly loss?: number;
  readonly duplicate?: number;
  readonly corrupt?: number;
  readonly reorder?: number;
  /** Bits per second. */
  readonly rate?: number;
  /** Nothing arrives, while the carrier stays. */
  readonly cut?: true;
}

export interface LinkConditions {
  readonly tail: Conditions;
  readonly head: Conditions;
}

/** What was expected instead, as the end of a sentence; undefined when the value is right. */
export function measureFault(measure: Measure, text: string): string | undefined {
  const { parse, expected } = NOTATIONS[measure];
  return parse(text) === undefined ? expected : undefined;
}

/** The number that a text means; undefined where it means none. */
export function measureOf(measure: Measure, text: string): number | undefined {
  return NOTATIONS[measure].parse(text);
}

/** A link's conditions from its attributes: `qn_taildelay` overrides `qn_delay`. Values that cannot be read count as absent: `dot` complains of them. */
export function conditionsOf(attributes: Attributes): LinkConditions {
  // Most links have none, and large labs have many links.
  if (!Object.keys(attributes).some((name) => SAYING.has(name))) return UNCONDITIONED;
  return { tail: oneWay(attributes, 'tail'), head: oneWay(attributes, 'head') };
}

const UNCONDITIONED: LinkConditions = { tail: {}, head: {} };

/** The names of all attributes that say conditions. */
const SAYING: ReadonlySet<string> = new Set(
  ['', 'tail', 'head'].flatMap((side) => [...IMPAIRMENTS, 'link'].map((name) => `qn_${side}${name}`)),
);

function oneWay(attributes: Attributes, side: Side): Conditions {
  const values = IMPAIRMENTS.flatMap((name) => {
    const text = attributes[`qn_${side}${name}`] || attributes[`qn_${name}`];
    const value = text ? measureOf(MEASURE_OF[name], text) : undefined;
    return value ? [[name, value] as const] : [];
  });
  const cut = attributes[`qn_${side}link`] === 'off' ? { cut: true as const } : {};
  return { ...Object.fromEntries(values), ...cut };
}

/** Why these cannot be together, in one sentence; undefined when they can. */
export function conditionsFault({ delay, jitter, reorder }: Conditions): string | undefined {
  if (delay !== undefined) return undefined;
  if (jitter !== undefined) return 'jitter varies a delay, and there is none';
  return reorder === undefined ? undefined : 'a frame can only overtake others that are delayed, and there is no delay';
}

/** As words of a command line: `delay 20ms loss 1%`; empty where nothing is in force. A cut comes last. */
export function conditionWords(conditions: Conditions): string[] {
  const words = IMPAIRMENTS.flatMap((name) => {
    const value = conditions[name];
    return value === undefined ? [] : [name, NOTATIONS[MEASURE_OF[name]].print(value)];
  });
  return conditions.cut ? [...words, 'cut'] : words;
}

/** The attributes that say this, one for both ways where they agree; null for those that must go. `conditionsOf` reads the same from them. */
export function conditionAttributes({ tail, head }: LinkConditions): Record<string, string | null> {
  const attributes = IMPAIRMENTS.flatMap((name): (readonly [string, string | null])[] => {
    const print = (value: number | undefined) => (value === undefined ? null : NOTATIONS[MEASURE_OF[name]].print(value));
    const [ofTail, ofHead] = [print(tail[name]), print(head[name])];
    const same = ofTail === ofHead;
    return [
      [`qn_${name}`, same ? ofTail : null],
      [`qn_tail${name}`, same ? null : ofTail],
      [`qn_head${name}`, same ? null : ofHead],
    ];
  });
  return {
    ...Object.fromEntries(attributes),
    qn_taillink: tail.cut ? 'off' : null,
    qn_headlink: head.cut ? 'off' : null,
  };
}
