import type { Desired } from '../../api/contract.ts';
import { valueFault } from '../../dot/attribute-value.ts';
import { VOCABULARY, VOCABULARY_BY_NAME, type VocabularyEntry } from '../../dot/vocabulary.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { TopologyNode } from '../../model/topology.ts';
import { NO_NETVM, uplinkTree } from '../../model/uplink-tree.ts';
import { derivedProperties } from '../../routing/node-properties.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { changeNode, runningLab } from '../lab/change-lab.ts';
import { desiredNode } from '../lab/desired-node.ts';
import type { Verb } from '../verb.ts';

const PREFIX = 'qn_';

/** One property of a node, as it is listed: `D` where it follows from something else, `-` where it was set. */
interface Property {
  readonly name: string;
  readonly value: string;
  readonly isDefault: boolean;
}

export const prefsVerb: Verb = {
  name: 'prefs',
  summary: 'show, set and reset the properties of a node',
  help: `Without a property, lists all of a node's, in the manner of qvm-prefs: D marks what nobody set. With one, prints its value; with a value, sets
it; -D resets it. netvm names the node that provides the uplink, and none cuts it: both happen at once. An ip, ip6 or mac of a node that
runs counts from its next attachment on (weft reattach).

Examples:
  weft prefs work
  weft prefs work netvm sys-firewall
  weft prefs work netvm none
  weft prefs sys-net provides_network True
  weft prefs -D work ip`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[property]', meaning: 'the property', completes: 'command' },
    { syntax: '[value]', meaning: 'its new value', completes: 'command' },
  ],
  options: [
    { flags: '--now', meaning: 'attach the uplinks that this changes again' },
    { flags: '-D, --default', meaning: 'reset the property' },
    { flags: '-g, --get', meaning: 'print the value; so does leaving a new one out' },
    { flags: '-s, --set', meaning: 'set the value; so does naming one' },
    { flags: '--unset', meaning: 'the same as --default' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', given, value] = words.positional;
    const reset = words.flag('default') || words.flag('unset');
    if (reset && (given === undefined || value !== undefined)) throw new UsageError('--default needs a property and no value');
    const connection = await runningLab(context, words);
    const desired = await desiredNode(connection, name);
    const { node } = desired;
    const properties = propertiesOf(desired, node);
    if (given === undefined) {
      if (words.flag('json')) voice.printJson(Object.fromEntries(properties.map((each) => [each.name, each.value])));
      else voice.printAll(listing(properties));
      return EXIT.ok;
    }
    const property = given.replaceAll('-', '_');
    if (!reset && value === undefined) {
      const found = properties.find((each) => each.name === property);
      if (found === undefined) throw unknown(property, properties);
      voice.print(found.value);
      return EXIT.ok;
    }
    const entry = settable(property, properties);
    const text = reset ? null : attributeFor(entry, property, value ?? '');
    return await changeNode(voice, words, connection, {
      node: name,
      attributes: { [entry.name]: text },
      done: text === null ? `${property} of ${name} is reset` : `${property} of ${name} is ${value}`,
    });
  },
};

/** In the order of their names. */
function propertiesOf({ numbers, topology }: Desired, node: TopologyNode): readonly Property[] {
  const derived = derivedProperties(uplinkTree(topology), numbers, node.name);
  const own: Record<string, Property> = {};
  for (const [name, value] of Object.entries({ name: node.name, klass: node.kind, template: node.template, ...derived })) {
    if (value !== undefined) own[name] = { name, value, isDefault: true };
  }
  for (const { name: attribute, on } of VOCABULARY) {
    const name = attribute.slice(PREFIX.length);
    const value = node.attributes[attribute];
    if (!on.includes('node')) continue;
    if (value !== undefined && value !== '') own[name] = { name, value: shown(value), isDefault: false };
    else if (topology.attributes[attribute])
      own[name] ??= { name, value: shown(topology.attributes[attribute] ?? ''), isDefault: true };
  }
  own['provides_network'] ??= { name: 'provides_network', value: 'False', isDefault: true };
  own['netvm'] ??= { name: 'netvm', value: 'None', isDefault: true };
  return Object.values(own).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Truth is written as Qubes' tools write it. */
function shown(value: string): string {
  return value === 'true' ? 'True' : value === 'false' ? 'False' : value === NO_NETVM ? 'None' : value;
}

function listing(properties: readonly Property[]): string[] {
  const width = Math.max(...properties.map(({ name }) => name.length));
  return properties.map(({ name, value, isDefault }) => `${name.padEnd(width)}  ${isDefault ? 'D' : '-'}  ${value}`);
}

function settable(property: string, properties: readonly Property[]): VocabularyEntry {
  const entry = VOCABULARY_BY_NAME.get(`${PREFIX}${property}`);
  if (entry?.on.includes('node') === true) return entry;
  if (properties.some(({ name }) => name === property)) {
    throw new Refusal(EXIT.usage, `${property} follows from other properties and cannot be set`);
  }
  throw unknown(property, properties);
}

function unknown(property: string, properties: readonly Property[]): Refusal {
  const known = VOCABULARY.filter(({ on }) => on.includes('node')).map(({ name }) => name.slice(PREFIX.length));
  const near = nearestName(property, [...known, ...properties.map(({ name }) => name)]);
  return new Refusal(EXIT.usage, `there is no property ${property}`, near === undefined ? undefined : `did you mean ${near}?`);
}

function attributeFor(entry: VocabularyEntry, property: string, given: string): string {
  if (property === 'netvm') return ['', 'none', 'None'].includes(given) ? NO_NETVM : given;
  const value = entry.type === 'boolean' ? truth(given) : given;
  const expected = value === '' ? 'a value' : valueFault(entry.type, value);
  if (expected !== undefined) throw new Refusal(EXIT.usage, `${property} is ${given || 'empty'}, expected ${expected}`);
  return value;
}

/** What Qubes' tools take for truth (specs of its Admin API). */
function truth(given: string): string {
  const lower = given.toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(lower)) return 'true';
  return ['false', 'no', 'off', '0'].includes(lower) ? 'false' : given;
}
