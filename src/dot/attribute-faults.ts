import type { Diagnostic } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import { valueFault } from './attribute-value.ts';
import { shorten } from './shorten.ts';
import type { Occurrence } from './statements.ts';
import { FEATURE_PREFIX, VOCABULARY_BY_NAME, type VocabularyEntry } from './vocabulary.ts';

/** Unknown names, values that cannot be meant, and attributes that stand where nothing reads them. */
export function findAttributeFaults(occurrences: readonly Occurrence[]): Diagnostic[] {
  return occurrences.flatMap((occurrence) => attributeFault(occurrence) ?? []);
}

function attributeFault(occurrence: Occurrence): Diagnostic | undefined {
  const { name } = occurrence.setting;
  const entry = VOCABULARY_BY_NAME.get(name);
  if (entry) return placeFault(occurrence, entry) ?? badValue(occurrence, entry);
  return name.startsWith(FEATURE_PREFIX) ? undefined : unknownName(occurrence);
}

/** Graphviz attributes and those of people's own templates pass; a name of ours that is misspelt does not. */
function unknownName({ setting: { name, nameSpan } }: Occurrence): Diagnostic | undefined {
  const ours = name.startsWith('qn_');
  if (!ours && !/^(qn|gn|nq|q_n|qm)[-_.:a-z]|^qn/i.test(name)) return undefined;
  const meant = nearestName(name.replaceAll('-', '_'), VOCABULARY_BY_NAME.keys());
  if (!ours && meant === undefined) return undefined;
  return {
    code: 'unknown-attribute',
    severity: 'error',
    message: `there is no attribute ${shorten(name, 60)}`,
    hint: meant ? `did you mean ${meant}?` : 'attributes of your own templates need another beginning than qn_',
    span: nameSpan,
  };
}

function placeFault({ place, setting: { name, value, nameSpan } }: Occurrence, entry: VocabularyEntry): Diagnostic | undefined {
  if (entry.on.some((fits) => fits === place)) return undefined;
  const where = entry.on.map((fits) => (fits === 'graph' ? 'the graph' : `${fits}s`)).join(' and ');
  const example = entry.on.includes('node') ? 'node' : entry.on.includes('edge') ? 'edge' : undefined;
  const onlyGraph =
    example === undefined ? 'write it in the graph itself' : `write ${example} [${name}="${value}"] for all that follow`;
  return {
    code: 'no-effect',
    severity: 'warning',
    message: `${name} means nothing on ${place === 'graph' ? 'the graph' : `a ${place}`}; it belongs on ${where}`,
    hint: place === 'graph' || place === 'subgraph' ? onlyGraph : `see what it does: ${entry.meaning}`,
    span: nameSpan,
  };
}

function badValue(
  { setting: { name, value, valueSpan } }: Occurrence,
  { type, meaning }: VocabularyEntry,
): Diagnostic | undefined {
  const expected = value === '' ? undefined : valueFault(type, value);
  if (expected === undefined) return undefined;
  return {
    code: type === 'mac' || type === 'oui' ? 'bad-mac' : type === 'interface' ? 'unfit-interface-name' : 'bad-value',
    severity: 'error',
    message: `${name} cannot be ${shorten(value, 60)}: expected ${expected}`,
    hint: `${name}: ${meaning}`,
    span: valueSpan,
  };
}
