import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import { EXIT } from '../../exit-codes.ts';
import { inParallel } from '../in-parallel.ts';
import { qubeProperties, readProperty } from '../properties.ts';
import { allQubes, CHOICE_OPTIONS, requireChoice, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

/** Some of the qubes are what was asked for, and some are not. */
const SOME = 3;

type Test = (client: QubesClient, qube: ListedQube) => Promise<boolean>;

const TESTS: Readonly<Record<string, Test>> = {
  running: async (client, { name }) => !['Halted', 'NA'].includes((await client.currentState(name)).powerState),
  paused: async (client, { name }) => (await client.currentState(name)).powerState === 'Paused',
  template: (_client, qube) => Promise.resolve(qube.class === 'TemplateVM'),
  networked: async (client, { name }) =>
    (await readProperty(client, qubeProperties(name), 'provides_network')).value === 'True' ||
    (await readProperty(client, qubeProperties(name), 'netvm')).value !== '',
};

export const checkTool: Tool = {
  name: 'qvm-check',
  summary: 'tell whether qubes exist, and what they are',
  help: `Ends with 0 where all of them are there and are what was asked for, with 1 where none is or a name is none, with 3 where some are.

Examples:
  qvm-check work
  qvm-check --running work personal
  qvm-check -q --all --networked`,
  positional: [SEVERAL_QUBES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: '--running', meaning: 'are they running' },
    { flags: '--paused', meaning: 'are they paused' },
    { flags: '--template', meaning: 'are they templates' },
    { flags: '--networked', meaning: 'can they reach a network' },
  ],
  async run({ client, log }, words) {
    requireChoice(words, true);
    const qubes = await allQubes(client);
    const all = words.flag('all') ? qubes.filter((qube) => qube.class !== 'AdminVM').map(({ name }) => name) : words.positional;
    const wanted = [...new Set(all)].filter((name) => !words.list('exclude').includes(name));
    const there = qubes.filter(({ name }) => wanted.includes(name));
    const missing = wanted.filter((name) => !there.some((qube) => qube.name === name));
    const asked = Object.keys(TESTS).filter((name) => words.flag(name));
    const passes = async (qube: ListedQube) => {
      for (const name of asked) if (!(await TESTS[name]?.(client, qube))) return false;
      return true;
    };
    const verdicts = await inParallel(there, passes);
    const passed = there.filter((_, at) => verdicts[at]);
    const what = asked.length === 0 ? 'exists' : asked.join(', ');
    for (const { name } of passed) log('note', 'qvm-check', `${name}: ${what}`);
    if (passed.length === 0 && asked.length > 0) log('note', 'qvm-check', `None of qubes: ${what}`);
    for (const name of missing) log('warning', 'qvm-check', `${name}: non-existent!`);
    if (missing.length > 0 || (asked.length === 0 && there.length === 0)) return EXIT.failed;
    if (passed.length === there.length) return EXIT.ok;
    return passed.length === 0 ? EXIT.failed : SOME;
  },
};
