import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../../complaints.ts';
import type { Words } from '../../words.ts';
import { inParallel } from '../in-parallel.ts';
import { shownValue } from '../properties.ts';
import type { ToolOption } from '../tool.ts';
import type { Ledger } from './ledger.ts';

export const FILTER_OPTIONS: readonly ToolOption[] = [
  { flags: '--class <class...>', meaning: 'only qubes of these classes' },
  { flags: '--label <label...>', meaning: 'only qubes with these labels' },
  { flags: '--tags <tag...>', meaning: 'only qubes with one of these tags' },
  { flags: '--exclude-tags <tag...>', meaning: 'no qubes with one of these tags' },
  { flags: '--running', meaning: 'qubes that run' },
  { flags: '--paused', meaning: 'qubes that are paused' },
  { flags: '--halted', meaning: 'qubes that are halted' },
  { flags: '--template-source <template...>', meaning: 'only qubes of these templates', completes: 'node' },
  { flags: '--netvm-is <netvm...>', meaning: 'only qubes that have their network from these', completes: 'node' },
  { flags: '--internal <y|n>', meaning: 'only internal qubes, or none of them', choices: ['y', 'yes', 'n', 'no'] },
  { flags: '--servicevm <y|n>', meaning: 'only service qubes, or none of them', choices: ['y', 'yes', 'n', 'no'] },
  { flags: '--pending-update', meaning: 'only qubes that have updates to install' },
  {
    flags: '--features <feature=value...>',
    meaning: "only qubes with these features; FEATURE= is one not set, FEATURE='' an empty one",
  },
  { flags: '--prefs <preference=value...>', meaning: 'only qubes with these properties' },
];

type Filter = (qube: ListedQube, ledger: Ledger) => Promise<boolean>;

/** The qubes that pass all filters of the words. */
export async function filtered(qubes: readonly ListedQube[], words: Words, ledger: Ledger): Promise<readonly ListedQube[]> {
  let left = qubes;
  for (const filter of filtersIn(words)) {
    const verdicts = await inParallel(left, (qube) => filter(qube, ledger));
    left = left.filter((_, at) => verdicts[at]);
  }
  return left;
}

function filtersIn(words: Words): readonly Filter[] {
  const states = ['running', 'paused', 'halted'].filter((state) => words.flag(state));
  const listed = (option: string, passes: (wanted: readonly string[]) => Filter): readonly Filter[] => {
    const wanted = words.list(option);
    return wanted.length === 0 ? [] : [passes(wanted)];
  };
  const chosen = (option: 'internal' | 'servicevm'): readonly Filter[] => {
    const answer = words.text(option);
    if (answer === undefined) return [];
    return [async ({ name }, ledger) => isTrue(await ledger.feature(name, option)) === answer.startsWith('y')];
  };
  return [
    ...listed('class', (wanted) => (qube) => Promise.resolve(wanted.includes(qube.class))),
    ...listed('label', (wanted) => propertyAmong('label', wanted)),
    ...listed(
      'tags',
      (wanted) =>
        async ({ name }, ledger) =>
          (await ledger.tags(name)).some((tag) => wanted.includes(tag)),
    ),
    ...listed(
      'excludeTags',
      (wanted) =>
        async ({ name }, ledger) =>
          !(await ledger.tags(name)).some((tag) => wanted.includes(tag)),
    ),
    ...listed('templateSource', (wanted) => propertyAmong('template', wanted)),
    ...listed('netvmIs', (wanted) => propertyAmong('netvm', wanted)),
    ...chosen('internal'),
    ...chosen('servicevm'),
    ...(words.flag('pendingUpdate') ? [hasUpdates] : []),
    ...words.list('features').map(byFeature),
    ...words.list('prefs').map(byProperty),
    ...(states.length === 0 ? [] : [({ state }: ListedQube) => Promise.resolve(states.includes(state.toLowerCase()))]),
  ];
}

function propertyAmong(property: string, wanted: readonly string[]): Filter {
  return async ({ name }, ledger) => wanted.includes((await ledger.property(name, property))?.value ?? '');
}

async function hasUpdates({ name }: ListedQube, ledger: Ledger): Promise<boolean> {
  return Boolean(await ledger.feature(name, 'updates-available'));
}

function byFeature(word: string): Filter {
  const [feature, wanted] = settingIn('features', word);
  return async ({ name }, ledger) => (await ledger.feature(name, feature)) === wanted;
}

function byProperty(word: string): Filter {
  const [property, wanted] = settingIn('prefs', word);
  return async ({ name }, ledger) => {
    const found = await ledger.property(name, property);
    return (found === undefined ? 'None' : shownValue(found)) === wanted;
  };
}

/** An empty value is none; two quotes are the empty one. */
function settingIn(option: string, word: string): readonly [name: string, value: string | undefined] {
  const at = word.indexOf('=');
  if (at <= 0) throw new UsageError(`Invalid argument: --${option} ${word}`);
  const value = word.slice(at + 1);
  return [word.slice(0, at), value === '' ? undefined : ["''", '""'].includes(value) ? '' : value];
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'true', 'True'].includes(value ?? '');
}
