import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { eventually } from './lab-command.ts';

/** Who runs weft: root, or an ordinary user for whom the TAP device is closed or open, or who may make no user namespaces. */
export type Holder = 'root' | 'user' | 'user with tun' | 'user without namespaces';

/** An ordinary user that no account of the machine uses. */
const user = 61_742;
const sharedCache = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`;

/** Where a holder's commands run. */
export interface Quarters {
  /** Words before a command that make it the holder's. */
  readonly as: readonly string[];
  readonly uid: number;
  /** XDG_CACHE_HOME with the small guest in it. */
  readonly cache: string;
  /** The process that holds the private mounts. */
  readonly holder: number | undefined;
  end(): Promise<void>;
}

/** Why this holder cannot run labs on this machine; undefined where it can. */
export function holderLacks(holder: Holder): string | undefined {
  if (process.getuid?.() === 0) return undefined;
  return holder === 'user' ? undefined : 'the tests do not run as root';
}

/**
 * Makes a holder's surroundings below `folder`; the small guest is built already. For an ordinary user that is a private mount namespace, in which the machine's small guest
 * is seen in the user's cache, and /dev/net/tun is what the holder says.
 */
export async function openQuarters(holder: Holder, folder: string): Promise<Quarters> {
  if (holder === 'root' || process.getuid?.() !== 0) {
    return { as: [], uid: process.getuid?.() ?? 0, cache: sharedCache, holder: undefined, end: () => Promise.resolve() };
  }
  const cache = `${folder}/cache`;
  const image = realpathSync(`${sharedCache}/weft/images/small`);
  const seen = `${cache}/weft/images/${basename(image)}`;
  mkdirSync(seen, { recursive: true });
  symlinkSync(basename(image), `${cache}/weft/images/small`);
  const script = `
    set -e
    chown -R ${user}:${user} "$1"
    mount --bind "$2" "$3"
    mount -t tmpfs -o mode=755 tmpfs /dev/net
    mknod -m 0${holder === 'user with tun' ? 666 : 600} /dev/net/tun c 10 200
    echo ready
    exec cat >/dev/null # it ends with whoever runs the tests`;
  const child = spawn('unshare', ['--mount', '--kill-child', 'sh', '-c', script, 'sh', folder, image, seen], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await eventually(() => said.includes('ready'), 'the private mounts of the test user');
  const identity = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--bounding-set=-all', '--inh-caps=-all'];
  const inMounts = ['nsenter', `--mount=/proc/${child.pid}/ns/mnt`, '--wd=/', '--'];
  const barred = holder === 'user without namespaces' ? await startBarred() : undefined;
  const inBarred = barred === undefined ? [] : ['nsenter', `--user=/proc/${barred.pid}/ns/user`, '--'];
  return {
    as: [...inMounts, ...inBarred, 'setpriv', ...identity],
    uid: user,
    cache,
    holder: child.pid,
    async end() {
      if (barred !== undefined) await endOf(barred);
      await endOf(child);
    },
  };
}

/** Holds a user namespace in which no others can be made, with the machine's own numbers of users (user_namespaces(7)). */
async function startBarred(): Promise<ChildProcess> {
  const environment = { PATH: process.env['PATH'] };
  const child = spawn('unshare', ['--user', '--kill-child', 'cat'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    cwd: '/',
    env: environment,
  });
  const own = readlinkSync('/proc/self/ns/user');
  await eventually(() => child.pid !== undefined && readlinkSync(`/proc/${child.pid}/ns/user`) !== own, 'a user namespace');
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${map}`, '0 0 65536');
  const forbid = ['sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces'];
  execFileSync('nsenter', [`--user=/proc/${child.pid}/ns/user`, '--', ...forbid], { env: environment });
  return child;
}

async function endOf(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await eventually(() => child.exitCode !== null || child.signalCode !== null, 'the test user’s mounts to go');
}

/** Why guests cannot boot here; undefined where they can. A missing small guest is no reason: `up` builds it. */
export const noQemu: string | undefined = existsSync('/usr/bin/qemu-system-x86_64') ? undefined : 'QEMU is not installed';

/** The kernel's answer for a process, undefined once it is gone. */
export function procText(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
