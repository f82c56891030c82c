import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Leftover } from '../api/labs.ts';
import { HostError } from '../boundary/host-error.ts';
import { systemCommands } from '../host/commands.ts';
import { isAnyHalf, systemFiles } from '../host/files.ts';
import { type MarkedInterface, markedInterfaces } from '../host/sandbox/marked-interfaces.ts';
import { type MarkedProcess, markedProcesses } from '../host/sandbox/marked-processes.ts';
import { documentSuffixes, tracesOf } from './lab-traces.ts';
import { cacheFolder, documentPath, documentsFolder } from './places.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the search needs to know of this user's labs. */
export interface LeftoverParts {
  readonly environment: Environment;
  readonly root: string;
  readonly uid: number;
  /** Its sandbox lives, or its engine answers. */
  readonly lives: (lab: string) => Promise<boolean>;
  /** Removes all that is left of a lab, with its interfaces of the machine where that is asked for; false when it lives by now: then nothing is. */
  readonly removeDead: (lab: string, interfaces: boolean) => Promise<boolean>;
}

/** What may be half-written now is none of ours to judge. Milliseconds. */
const fresh = 60_000;
/** How long the building of an image may take. Milliseconds. */
const building = 3_600_000;

/**
 * Finds what labs have left that do not live, and removes it unless `dryRun`. What cannot be proven to be ours is not looked at: processes count with
 * both owner marks, interfaces of the machine when no process on it has the mark of their lab, whoever runs it.
 */
export async function collectLeftovers(dryRun: boolean, parts: LeftoverParts): Promise<readonly Leftover[]> {
  const processes = markedProcesses();
  const interfaces = parts.uid === 0 ? await orphans(processes) : [];
  const found: Leftover[] = [];
  for (const lab of await knownNames(parts, processes, interfaces)) {
    if (await parts.lives(lab)) continue;
    const own = interfaces.filter((each) => each.lab === lab);
    const left = await leftOf(lab, parts, processes, own);
    found.push(...(await removed(left, dryRun || left.length === 0, () => parts.removeDead(lab, own.length > 0))));
  }
  for (const one of [...halves(documentsFolder(parts.environment)), ...images(`${cacheFolder(parts.environment)}/weft/images`)]) {
    found.push(...(await removed([one], dryRun, () => systemFiles.remove(one.what).then(() => true))));
  }
  return found;
}

/** The same things, with the reason why they could not be removed where they could not. */
async function removed(left: readonly Leftover[], keep: boolean, remove: () => Promise<boolean>): Promise<readonly Leftover[]> {
  if (keep) return left;
  try {
    return (await remove()) ? left : [];
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
    return left.map((one) => ({ ...one, failure: failure.message }));
  }
}

async function knownNames(
  { root, environment }: LeftoverParts,
  processes: readonly MarkedProcess[],
  interfaces: readonly MarkedInterface[],
): Promise<readonly string[]> {
  const folders = namesIn(root).map((name) => name.replace(/\.lock$/, ''));
  const documents = namesIn(documentsFolder(environment)).flatMap((name) => {
    const ending = documentSuffixes.find((suffix) => name.endsWith(suffix));
    return ending === undefined || name.startsWith('.') ? [] : [name.slice(0, -ending.length)];
  });
  const running = processes.filter(({ run, lab }) => run === `${root}/${lab}`).map(({ lab }) => lab);
  const names = [...folders, ...documents, ...running, ...interfaces.map(({ lab }) => lab)];
  return [...new Set(names)].filter((name) => /^[A-Za-z0-9_][\w.+-]*$/.test(name)).sort();
}

/** Interfaces of the machine whose lab has no process anywhere: another user's or another place's lab of that name would have one. */
async function orphans(processes: readonly MarkedProcess[]): Promise<readonly MarkedInterface[]> {
  const alive = new Set(processes.map(({ lab }) => lab));
  return (await markedInterfaces(systemCommands)).filter(({ lab }) => !alive.has(lab));
}

async function leftOf(
  lab: string,
  { root, environment }: LeftoverParts,
  processes: readonly MarkedProcess[],
  interfaces: readonly MarkedInterface[],
): Promise<readonly Leftover[]> {
  const left: Leftover[] = [];
  const document = documentPath(environment, lab);
  const { changed, files } = await tracesOf(document);
  const lost = changed ? '; what commands had changed of its topology is in it' : '';
  for (const path of files) {
    const reason = path === document ? `the lab ended without being taken down${lost}` : 'its lab is gone';
    left.push({ kind: path.startsWith(documentsFolder(environment)) ? 'document' : 'file', lab, what: path, reason });
  }
  if (isThere(`${root}/${lab}`))
    left.push({ kind: 'runtime folder', lab, what: `${root}/${lab}`, reason: 'its sandbox is gone' });
  if (isThere(`${root}/${lab}.lock`)) left.push({ kind: 'lock', lab, what: `${root}/${lab}.lock`, reason: 'its lab is gone' });
  for (const { pid } of processes.filter((each) => each.lab === lab && each.run === `${root}/${lab}`)) {
    left.push({ kind: 'process', lab, what: `${pid} ${wordsOf(pid)}`.trim(), reason: 'its sandbox is gone' });
  }
  for (const { name } of interfaces) left.push({ kind: 'interface', lab, what: name, reason: 'no process of its lab runs' });
  return left;
}

/** Documents that somebody was writing when he was killed. */
function halves(folder: string): readonly Leftover[] {
  return namesIn(folder)
    .filter((name) => isAnyHalf(name) && age(`${folder}/${name}`) > fresh)
    .map((name) => ({ kind: 'file', what: `${folder}/${name}`, reason: 'it was never finished' }));
}

/** Images of the small guest that are not the current one and that no process has open or names. */
function images(store: string): readonly Leftover[] {
  const current = linkAt(`${store}/small`);
  if (current === undefined) return [];
  return namesIn(store).flatMap((name): readonly Leftover[] => {
    const what = `${store}/${name}`;
    if (/^small\.\w{6}$/.test(name) && age(what) > fresh) return [{ kind: 'file', what, reason: 'it was never finished' }];
    if (!/^[0-9a-f]{16}$/.test(name) || name === current) return [];
    const whole = isThere(`${what}/recipe.json`);
    if (age(what) < (whole ? fresh : building) || isUsed(what)) return [];
    return [{ kind: 'image', what, reason: 'another small guest has taken its place' }];
  });
}

function isUsed(folder: string): boolean {
  return namesIn('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    if (wordsOf(Number(pid)).includes(folder)) return true;
    return namesIn(`/proc/${pid}/fd`).some((fd) => linkAt(`/proc/${pid}/fd/${fd}`)?.startsWith(`${folder}/`) === true);
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function age(path: string): number {
  const modified = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined ? 0 : Date.now() - modified;
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A process's command line; empty once it has ended. */
function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 80);
  } catch {
    return '';
  }
}
