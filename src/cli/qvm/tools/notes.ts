import { QubesError } from '../../../api/qubes/qubes-error.ts';
import { decodeUtf8 } from '../../../model/utf8.ts';
import { EXIT } from '../../exit-codes.ts';
import { resolvePath } from '../../paths.ts';
import type { Words } from '../../words.ts';
import { askLine } from '../ask-line.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import type { Desk, Tool } from '../tool.ts';

/** The answer to a question was no. */
const CANCELLED = 2;

export const notesTool: Tool = {
  name: 'qvm-notes',
  summary: "show and change a qube's notes",
  help: `Without an option the notes are opened in your editor ($VISUAL, $EDITOR, else vi).

Examples:
  qvm-notes --print work
  qvm-notes --set 'for tests only' work
  qvm-notes --force --delete work`,
  positional: [ONE_QUBE],
  options: [
    { flags: '-f, --force', meaning: 'do not ask' },
    { flags: '-e, --edit', meaning: 'edit them' },
    { flags: '-p, --print', meaning: 'print them' },
    { flags: '-i, --import <filename>', meaning: 'take them from a file', completes: 'path' },
    { flags: '-s, --set <notes>', meaning: 'set them' },
    { flags: '--append <notes>', meaning: 'append a line' },
    { flags: '-d, --delete', meaning: 'delete them' },
  ],
  async run(desk, words) {
    const { name } = await oneQube(desk.client, words.positional[0] ?? '');
    const action = actionIn(desk, words, name);
    try {
      return await action.work();
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      desk.log('warning', 'root', `${action.what}: ${failure.message}`);
      return EXIT.failed;
    }
  },
};

interface Action {
  /** What did not work, where it does not. */
  readonly what: string;
  work(): Promise<number>;
}

function actionIn(desk: Desk, words: Words, qube: string): Action {
  const { client, context, print } = desk;
  const read = () => client.callForText('admin.vm.notes.Get', qube);
  const write = async (notes: string) => {
    await client.call('admin.vm.notes.Set', qube, { payload: notes });
    return EXIT.ok;
  };
  const [given, added, file] = [words.text('set'), words.text('append'), words.text('import')];
  if (given !== undefined) return { what: 'Unable to set qube notes', work: () => write(given) };
  if (added !== undefined) return { what: 'Unable to append qube notes', work: async () => write(withLine(await read(), added)) };
  if (file !== undefined) {
    const path = resolvePath(context.directory, file);
    return { what: 'Unable to import notes file', work: async () => write(decodeUtf8(await context.files.readBytes(path))) };
  }
  if (words.flag('print')) {
    return {
      what: 'Unable to get qube notes',
      async work() {
        print(await read());
        return EXIT.ok;
      },
    };
  }
  if (words.flag('delete')) {
    return {
      what: 'Unable to delete qube notes',
      async work() {
        if (!words.flag('force') && !(await isCertain(desk))) return CANCELLED;
        return await write('');
      },
    };
  }
  return { what: 'Failed to edit qube notes', work: async () => await edit(desk, { qube, notes: await read(), write }) };
}

function withLine(notes: string, line: string): string {
  return notes === '' || notes.endsWith('\n') ? notes + line : `${notes}\n${line}`;
}

async function isCertain({ context, print }: Desk): Promise<boolean> {
  print('You are about to delete existing qube notes');
  return (await askLine(context.terminal, 'Are you certain? [y/N]')).toUpperCase() === 'Y';
}

async function edit(
  { context }: Desk,
  { qube, notes, write }: { readonly qube: string; readonly notes: string; readonly write: (notes: string) => Promise<number> },
): Promise<number> {
  const { environment, files, terminal } = context;
  const path = `${environment['TMPDIR'] || '/tmp'}/${qube}_${context.freshWord()}_notes.txt`;
  await files.replace(path, notes, { mode: 0o600 });
  try {
    const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi';
    const code = await terminal.runForeground(['/bin/sh', '-c', `${editor} "$1"`, 'sh', path]);
    const edited = decodeUtf8(await files.readBytes(path));
    return code === 0 && edited !== notes ? await write(edited) : code;
  } finally {
    await files.remove(path);
  }
}
