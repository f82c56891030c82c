import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nameHint } from '../name-hint.ts';
import { pathFrom, resolvePath } from '../paths.ts';
import { textTable } from '../text-table.ts';
import type { Verb } from '../verb.ts';

const INPUT = 'topology.dot.in';

export const exampleVerb: Verb = {
  name: 'example',
  summary: 'make a directory with a ready topology',
  help: `Copies an example, tutorial where none is named, into a new directory of that name or DIR.

Examples:
  weft example                   # ./tutorial
  weft example ring my-lab && weft up my-lab
  weft example --list`,
  positional: [
    { syntax: '[example]', meaning: 'which one', completes: 'example' },
    { syntax: '[dir]', meaning: 'the directory to make', completes: 'path' },
  ],
  options: [{ flags: '-l, --list', meaning: 'list the examples' }],
  shares: ['json'],
  async run(context, words, voice) {
    const examples = await exampleNames(context);
    if (words.flag('list')) {
      const rows = await Promise.all(examples.map(async (name) => ({ name, about: await aboutOf(context, name) })));
      if (words.flag('json')) voice.printJson(rows);
      else
        voice.printAll(
          textTable(
            [{ title: 'EXAMPLE' }, { title: 'ABOUT' }],
            rows.map(({ name, about }) => [name, about]),
          ),
        );
      return EXIT.ok;
    }
    const [name = 'tutorial', target = name] = words.positional;
    if (!examples.includes(name)) throw new Refusal(EXIT.failed, `there is no example ${name}`, nameHint(name, examples));
    const directory = resolvePath(resolvePath(context.directory, words.text('directory') ?? '.'), target);
    if (await context.files.exists(`${directory}/${INPUT}`)) {
      throw new Refusal(
        EXIT.failed,
        `${pathFrom(context.directory, directory)} holds a topology already`,
        `name another directory: ${context.invokedAs} example ${name} DIR`,
      );
    }
    const source = `${context.installation}/examples/${name}`;
    const names = await context.files.list(source);
    const files = await Promise.all(
      names.map(async (file) => ({ name: file, content: await context.files.readBytes(`${source}/${file}`), mode: 0o644 })),
    );
    await context.writeFileSet(directory, files);
    const shown = pathFrom(context.directory, directory);
    voice.info(`Wrote ${shown}/${INPUT}`);
    if (!voice.quiet)
      voice.aside(`Next: cd ${shown} && ${context.invokedAs === 'qeneth' ? 'qeneth generate && qeneth start' : 'weft up'}`);
    return EXIT.ok;
  },
};

/** The examples of this installation. */
export async function exampleNames(context: Context): Promise<readonly string[]> {
  const folder = `${context.installation}/examples`;
  const names = (await context.files.exists(folder)) ? await context.files.list(folder) : [];
  const there = await Promise.all(names.map((name) => context.files.exists(`${folder}/${name}/${INPUT}`)));
  return names.filter((_, index) => there[index]);
}

/** What the table of examples/README.md says of it. */
async function aboutOf(context: Context, name: string): Promise<string> {
  const page = (await context.files.readTextIfThere(`${context.installation}/examples/README.md`)) ?? '';
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  return (row?.split('|')[2] ?? '').trim().replaceAll('`', '');
}
