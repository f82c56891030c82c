import { IMPAIRMENTS, type Impairment, MEASURE_OF, measureFault, measureOf } from '../../model/link-conditions.ts';
import { UsageError } from '../complaints.ts';
import { nameHint } from '../name-hint.ts';

/** What is to change: undefined for what is to end. */
export type Settings = Readonly<Partial<Record<Impairment, number | undefined>>>;

/** Reads `delay 20ms loss 1%`; a value of `none` or zero ends it. Throws a UsageError. */
export function readSettings(words: readonly string[]): Settings {
  const settings = new Map<Impairment, number | undefined>();
  for (let at = 0; at < words.length; at += 2) {
    const name = impairmentNamed(words[at] ?? '');
    const value = words[at + 1];
    if (value === undefined) throw new UsageError(`${name} needs a value`, `write ${name} ${EXAMPLES[name]}, or ${name} none`);
    settings.set(name, numberOf(name, value));
  }
  return Object.fromEntries(settings);
}

const EXAMPLES: Readonly<Record<Impairment, string>> = {
  delay: '20ms',
  jitter: '5ms',
  loss: '1%',
  duplicate: '1%',
  corrupt: '0.1%',
  reorder: '25%',
  rate: '1mbit',
};

function impairmentNamed(word: string): Impairment {
  const name = IMPAIRMENTS.find((candidate) => candidate === word);
  if (name === undefined) throw new UsageError(`a link has no ${word || 'nameless condition'}`, nameHint(word, IMPAIRMENTS));
  return name;
}

function numberOf(name: Impairment, value: string): number | undefined {
  if (value === 'none') return undefined;
  const fault = measureFault(MEASURE_OF[name], value);
  if (fault !== undefined) throw new UsageError(`${name} cannot be ${value}: expected ${fault}`);
  return measureOf(MEASURE_OF[name], value) || undefined;
}
