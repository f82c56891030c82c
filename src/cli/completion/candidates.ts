import { IMPAIRMENTS, MEASURE_OF } from '../../model/link-conditions.ts';
import { SHARED_OPTIONS } from '../shared-options.ts';
import type { Completes, Verb, VerbOption } from '../verb.ts';

/** Names that only the lab, the machine or this installation knows. Empty where nothing is known. */
export interface LiveNames {
  nodes(): Promise<readonly string[]>;
  ports(node: string): Promise<readonly string[]>;
  /** Every `NODE:PORT`, and the nodes that have ports. */
  capturePlaces(): Promise<readonly string[]>;
  labs(): Promise<readonly string[]>;
  templates(): Promise<readonly string[]>;
  examples(): Promise<readonly string[]>;
}

/** Where the command line so far says that the lab is. */
export interface WhereAbouts {
  readonly directory: string | undefined;
  readonly name: string | undefined;
}

/** What a firewall rule may be made of and can be guessed. */
const RULE_WORDS = ['accept', 'drop', 'tcp', 'udp', 'icmp', 'specialtarget=dns'];

/** Tells the shell to offer files. */
const FILES = ':files';

/**
 * The lines to offer for the last of `words` (what follows the program's name): `NAME<TAB>MEANING`, only those that begin with what is
 * typed, and `:files` where files fit.
 */
export async function candidates(
  words: readonly string[],
  verbs: readonly Verb[],
  live: (where: WhereAbouts) => LiveNames,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const line = readLine(words.slice(0, -1), verbs);
  const names = live(line.where);
  if (line.foreign) return [FILES];
  if (line.pending !== undefined) return begins(typed, await valuesOf(line.pending, names));
  if (typed.startsWith('-')) return begins(typed, optionsOf(line.verb).flatMap(optionNames));
  if (line.verb === undefined)
    return begins(
      typed,
      visible(verbs).map(({ name, summary }) => `${name}\t${summary}`),
    );
  const { positional } = line.verb;
  const variadic = positional.at(-1)?.syntax.includes('...') === true ? positional.at(-1) : undefined;
  const wanted = positional[line.positional.length] ?? variadic;
  if (wanted === undefined) return [];
  const offered = await namesFor(wanted.completes, names, verbs, line.positional);
  return begins(typed, wanted === variadic ? offered.filter((name) => !line.positional.includes(nameIn(name))) : offered);
}

interface ReadLine {
  readonly where: WhereAbouts;
  readonly verb: Verb | undefined;
  readonly positional: readonly string[];
  /** The option whose value is being typed. */
  readonly pending: VerbOption | undefined;
  /** What is typed belongs to somebody else's command. */
  readonly foreign: boolean;
}

function readLine(words: readonly string[], verbs: readonly Verb[]): ReadLine {
  let verb: Verb | undefined;
  let pending: VerbOption | undefined;
  let [directory, name]: (string | undefined)[] = [];
  const positional: string[] = [];
  for (const word of words) {
    if (pending !== undefined) {
      if (pending.flags.includes('--directory')) directory = word;
      if (pending.flags.includes('--name')) name = word;
      pending = undefined;
    } else if (word === '--' || (verb?.passThrough === true && positional.length > 0 && !word.startsWith('-'))) {
      return { where: { directory, name }, verb, positional, pending: undefined, foreign: true };
    } else if (word.startsWith('-')) {
      const option = optionsOf(verb).find((candidate) => flagsOf(candidate).includes(word));
      if (option?.flags.includes('<') === true) pending = option;
    } else if (verb === undefined) {
      verb = verbs.find((candidate) => candidate.name === word);
      if (verb === undefined) return { where: { directory, name }, verb, positional, pending, foreign: true };
    } else positional.push(word);
  }
  return { where: { directory, name }, verb, positional, pending, foreign: verb?.passThrough === true && positional.length > 0 };
}

function optionsOf(verb: Verb | undefined): readonly VerbOption[] {
  const shared = (verb?.shares ?? []).map((name) => SHARED_OPTIONS[name]);
  const always = verb?.ownWords === undefined ? SHARED_OPTIONS.always : [];
  return [...(verb?.options ?? []), ...shared, ...always, { flags: '-h, --help', meaning: 'print help' }];
}

function flagsOf(option: VerbOption): readonly string[] {
  return option.flags.split(/[ ,]+/).filter((flag) => flag.startsWith('-'));
}

function optionNames(option: VerbOption): readonly string[] {
  return flagsOf(option)
    .filter((flag) => flag.startsWith('--'))
    .map((flag) => `${flag}\t${option.meaning}`);
}

async function valuesOf(option: VerbOption, names: LiveNames): Promise<readonly string[]> {
  if (option.choices !== undefined) return option.choices;
  if (option.flags.includes('--template')) return await names.templates();
  if (option.flags.includes('--name')) return await names.labs();
  if (option.completes === 'node') return await names.nodes();
  return option.completes === 'path' ? [FILES] : [];
}

async function namesFor(
  completes: Completes,
  names: LiveNames,
  verbs: readonly Verb[],
  positional: readonly string[],
): Promise<readonly string[]> {
  switch (completes) {
    case 'node':
      return await names.nodes();
    case 'port':
      return await names.ports(positional[0] ?? '');
    case 'capture-word':
      return await names.capturePlaces();
    case 'record-action':
      return ['on\tkeep the last frames', 'off\tforget them', 'dump\twrite them to a file'];
    case 'lab':
      return await names.labs();
    case 'template':
      return await names.templates();
    case 'example':
      return await names.examples();
    case 'on-off':
      return ['on\tplug it in', 'off\tunplug it'];
    case 'impairment':
      return IMPAIRMENTS.map((name) => `${name}\t${MEASURE_OF[name]}`);
    case 'firewall-action':
      return ['list\tshow the rules', 'add\tadd a rule', 'del\ttake a rule away', 'reset\tlet everything pass again'];
    case 'firewall-word':
      return positional[1] === 'add' || positional[1] === 'del' ? RULE_WORDS : [];
    case 'tags-action':
      return ['list\tshow the tags', 'add\tgive a tag', 'del\ttake a tag away'];
    case 'forward-protocol':
      return ['tcp', 'udp'];
    case 'verb':
      return visible(verbs).map(({ name, summary }) => `${name}\t${summary}`);
    case 'shell':
      return ['bash', 'zsh', 'fish'];
    case 'image-action':
      return ['build\tbuild it where it is out of date', 'status\tis it built'];
    case 'path':
    case 'command':
      return [FILES];
  }
}

function visible(verbs: readonly Verb[]): readonly Verb[] {
  return verbs.filter(({ hidden }) => hidden !== true);
}

function begins(typed: string, offered: readonly string[]): readonly string[] {
  return offered.filter((line) => line === FILES || nameIn(line).startsWith(typed));
}

function nameIn(line: string): string {
  return line.split('\t', 1)[0] ?? '';
}
