import type { KnownLab } from '../../api/labs.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nameHint } from '../name-hint.ts';
import { folderOf, nameOf, pathFrom, resolvePath } from '../paths.ts';
import type { Words } from '../words.ts';
import { graphNameIn } from './graph-name.ts';

/** Where a lab's files are. All paths are absolute. */
export interface Place {
  /** Where NODE, NODE.yaml and the rest are or will be. */
  readonly directory: string;
  /** The folder of the input: relatively named images are looked up there. */
  readonly files: string;
  /** The topology to read: topology.dot.in where there is one. undefined where there is none. */
  readonly input: string | undefined;
  /** The input's path as the user would say it. */
  readonly shownInput: string;
  /** The lab's name where the command line or the folder says it; else the graph gives it. */
  readonly lab: string | undefined;
  /** The files live in a NAME.lab folder beside their input, which gets a copy of it. */
  readonly apart: boolean;
  /** The lab that was last started from `directory`. */
  readonly known: KnownLab | undefined;
}

const INPUTS = ['topology.dot.in', 'topology.dot'] as const;

/** Finds the lab that a command line means: FILE or DIR where the verb takes one, else -C, else the working directory; -n by name. */
export async function findPlace(context: Context, words: Words, target?: string): Promise<Place> {
  const asked = words.text('directory');
  const base = resolvePath(context.directory, asked ?? '.');
  const name = words.text('name');
  const known = await (await context.labs()).list();
  if (name !== undefined) checkLabName(name);
  const path = await context.realPath(target === undefined ? base : resolvePath(base, target));
  if (name !== undefined && target === undefined && asked === undefined) {
    const there = known.find((lab) => lab.name === name && lab.directory !== '');
    const here = await inputIn(context, path);
    if (there !== undefined && (here === undefined || !inside(there.directory, path)))
      return await placeOf(context, there.directory, name, known);
    if (here === undefined) {
      const names = known.map((lab) => lab.name);
      throw new Refusal(
        EXIT.notRunning,
        `there is no lab named ${name}`,
        nameHint(name, names) ?? 'weft status --all lists your labs',
      );
    }
  }
  if (await isFile(context, path)) return await placeOfFile(context, path, name, known);
  if (target !== undefined && !(await context.files.exists(path))) {
    throw new Refusal(
      EXIT.failed,
      `${target}: no such file or directory`,
      'weft example makes a directory with a ready topology',
    );
  }
  return await placeOf(context, path, name, known);
}

async function placeOf(context: Context, folder: string, name: string | undefined, labs: readonly KnownLab[]): Promise<Place> {
  const own = labFolderName(folder);
  if (own !== undefined && (name === undefined || name === own)) {
    const input = await inputIn(context, folder);
    return await place(context, { directory: folder, files: folderOf(folder), input, lab: own, apart: true }, labs);
  }
  const input = await inputIn(context, folder);
  const resident = labs.find((lab) => lab.directory === folder);
  const second = name !== undefined && resident?.name !== name && (await graphNameIn(context.files, input)) !== name;
  if (!second) return await place(context, { directory: folder, files: folder, input, lab: name, apart: false }, labs);
  return await place(context, { directory: `${folder}/${name}.lab`, files: folder, input, lab: name, apart: true }, labs);
}

async function placeOfFile(context: Context, path: string, name: string | undefined, labs: readonly KnownLab[]): Promise<Place> {
  const folder = folderOf(path);
  if (INPUTS.some((input) => input === nameOf(path)))
    return { ...(await placeOf(context, folder, name, labs)), input: path, shownInput: show(context, path) };
  const stem = nameOf(path)
    .replace(/\.(in|dot|gv)$/g, '')
    .replace(/\.(dot|gv)$/, '');
  const lab = name ?? (await graphNameIn(context.files, path)) ?? stem;
  return await place(context, { directory: `${folder}/${lab}.lab`, files: folder, input: path, lab, apart: true }, labs);
}

async function place(context: Context, found: Omit<Place, 'shownInput' | 'known'>, labs: readonly KnownLab[]): Promise<Place> {
  const shownInput = found.input === undefined ? '' : show(context, found.input);
  const here = labs.filter((lab) => lab.directory === found.directory);
  const known =
    here.find((lab) => lab.name === found.lab) ??
    here.find((lab) => lab.alive) ??
    here[0] ??
    (await nameless(context, found, labs));
  return { ...found, shownInput, known };
}

/** A lab whose document is lost, so that nobody knows its directory: its name must do. */
async function nameless(
  context: Context,
  { lab, input }: Pick<Place, 'lab' | 'input'>,
  labs: readonly KnownLab[],
): Promise<KnownLab | undefined> {
  const lost = labs.filter(({ directory }) => directory === '');
  if (lost.length === 0) return undefined;
  const name = lab ?? (await graphNameIn(context.files, input));
  return lost.find((known) => known.name === name);
}

function show(context: Context, path: string): string {
  return pathFrom(context.directory, path);
}

function inside(directory: string, folder: string): boolean {
  return directory === folder || folderOf(directory) === folder;
}

function labFolderName(folder: string): string | undefined {
  const found = /^(.+)\.lab$/.exec(nameOf(folder));
  return found?.[1];
}

async function inputIn(context: Context, folder: string): Promise<string | undefined> {
  for (const name of INPUTS) if (await context.files.exists(`${folder}/${name}`)) return `${folder}/${name}`;
  return undefined;
}

/** Anything that is there and is no directory. */
async function isFile({ files }: Context, path: string): Promise<boolean> {
  return (await files.exists(path)) && !(await files.isDirectory(path));
}

function checkLabName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) return;
  throw new Refusal(
    EXIT.usage,
    `${name} cannot be the name of a lab`,
    'use letters, digits, dot, dash and underscore, 63 at most, a letter or digit first',
  );
}
