import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { runCommand } from './lab-command.ts';

/** What of the machine a lab could leave something in: one line for each thing, by kind. */
export type Snapshot = Readonly<Record<'interfaces' | 'namespaces' | 'mounts' | 'listeners', ReadonlySet<string>>>;

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

export async function systemSnapshot(): Promise<Snapshot> {
  const links = JSON.parse((await runCommand(['ip', '-json', 'link'], { environment })).stdout) as {
    ifname: string;
    ifalias?: string;
  }[];
  const sockets = await runCommand(['ss', '-Hltnu'], { environment });
  return {
    interfaces: new Set(links.map(({ ifname, ifalias }) => `${ifname} ${ifalias ?? ''}`.trim())),
    namespaces: new Set(['/run/netns', '/var/run/netns'].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))),
    mounts: new Set(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map(withoutNumbers)),
    listeners: new Set(sockets.stdout.split('\n').map((line) => line.replace(/\s+/g, ' ').trim())),
  };
}

function withoutNumbers(line: string): string {
  return line.split(' ').slice(3).join(' ');
}

/** Processes that have anything to do with a folder: by their environment, their words, or where they are. */
export function processesOf(folder: string): { readonly pid: number; readonly words: string; readonly environment: string }[] {
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const words = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const marks = textOf(`/proc/${pid}/environ`);
    const ours = [words, marks, linkOf(`/proc/${pid}/cwd`)].some((text) => text.includes(folder));
    return ours ? [{ pid, words, environment: marks }] : [];
  });
}

/** What is on the machine now and was not before, as lines: what has to do with the folder, and what may be somebody else's. */
async function leftSince(
  before: Snapshot,
  folder: string,
  holder: number | undefined,
): Promise<{ ours: string[]; others: string[] }> {
  const now = await systemSnapshot();
  const ours = processesOf(folder).flatMap(({ pid, words }) => (pid === holder ? [] : [`process ${pid}: ${words}`]));
  const others: string[] = [];
  for (const kind of ['interfaces', 'namespaces', 'mounts', 'listeners'] as const) {
    for (const line of now[kind]) {
      if (!before[kind].has(line)) (line.includes(folder) ? ours : others).push(`${kind}: ${line}`);
    }
  }
  return { ours, others };
}

/**
 * Waits until the machine is as it was before, but for the process `holder`; throws with what is left after 15 s. While other tests or
 * benchmarks are at work on the machine, what cannot be told from theirs is left out, which is printed.
 */
export async function nothingLeft(before: Snapshot, folder: string, holder: number | undefined): Promise<void> {
  let left = await leftSince(before, folder, holder);
  for (const end = performance.now() + 15_000; left.ours.length + left.others.length > 0 && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = await leftSince(before, folder, holder);
  }
  const foreign = left.others.length === 0 ? undefined : anotherRun();
  if (foreign !== undefined) process.stdout.write(`not compared, because ${foreign} is at work: ${left.others.join('; ')}\n`);
  const lines = foreign === undefined ? [...left.ours, ...left.others] : left.ours;
  if (lines.length > 0) throw new Error(`left on the machine:\n${lines.join('\n')}`);
}

/** The command line of tests or benchmarks that do not belong to this run, and are at work in the same network. */
function anotherRun(): string | undefined {
  const own = new Set([process.pid, ...ancestorsOf(process.pid)]);
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || own.has(pid)) continue;
    const words = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const isElsewhere = linkOf(`/proc/${pid}/ns/net`) !== linkOf('/proc/self/ns/net');
    if (/\bvitest\b|\bbench\//.test(words) && !isElsewhere && !ancestorsOf(pid).includes(process.ppid)) return words;
  }
  return undefined;
}

function ancestorsOf(pid: number): number[] {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent <= 1 ? [] : [parent, ...ancestorsOf(parent)];
}

/** Files below a folder, relative; a folder that is not there has none. */
export function filesBelow(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
