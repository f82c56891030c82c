import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { eventually, runCommand } from './lab-command.ts';

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

/**
 * What is on the machine now and was not before, as sentences. Other tests may be at work on the same machine; what is theirs goes by
 * itself, so ask again until nothing is left or the deadline has passed: `nothingLeft`.
 */
async function leftSince(before: Snapshot, folder: string, holder: number | undefined): Promise<string[]> {
  const now = await systemSnapshot();
  const left = processesOf(folder).flatMap(({ pid, words }) => (pid === holder ? [] : [`process ${pid}: ${words}`]));
  for (const kind of ['interfaces', 'namespaces', 'mounts', 'listeners'] as const) {
    for (const line of now[kind]) if (!before[kind].has(line)) left.push(`${kind}: ${line}`);
  }
  return left;
}

/** Waits until the machine is as it was before, but for the process `holder`; throws with what is left after 15 s. */
export async function nothingLeft(before: Snapshot, folder: string, holder: number | undefined): Promise<void> {
  let left: string[] = [];
  try {
    await eventually(
      async () => {
        left = await leftSince(before, folder, holder);
        return left.length === 0;
      },
      'the machine to be as before',
      15,
    );
  } catch {
    throw new Error(`left on the machine:\n${left.join('\n')}`);
  }
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
