import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from '../../src/boundary/kernel.ts';
import { startKernelWorker } from '../../src/host/kernel/client.ts';

/** Who holds the sandbox: root, or an ordinary user with and without a TAP device that is open to all. */
export type Holder = 'root' | 'user' | 'user with tun';

export interface TestSandbox {
  readonly anchor: number;
  /** A folder that the sandbox's processes may write to. */
  readonly folder: string;
  /** Words before a command that is to run in the sandbox, in the panel. */
  readonly inPanel: readonly string[];
  start(lab: string): Promise<Kernel>;
  end(): Promise<void>;
}

const user = 65534;
const script = `
mount -t tmpfs -o mode=0700 tmpfs /run && mkdir /run/machine && mount --rbind /proc /run/machine && mount -t proc proc /proc &&
echo ready > "$1/ready" && exec sleep 1000000`;

/** Namespaces of the test's own, with a small process 1 that holds them: what the engine's sandbox is to a lab. */
export async function openSandbox(holder: Holder): Promise<TestSandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-kernel-'));
  const child = startHolder(holder, folder);
  await until(() => existsText(`${folder}/ready`), 'the sandbox to be ready');
  const anchor = await until(() => anchorOf(child.pid ?? 0), 'process 1 of the sandbox');
  const enter = (net: boolean) => [
    'nsenter',
    `--target=${anchor}`,
    ...(holder === 'root' ? [] : ['--user', '--preserve-credentials']),
    '--mount',
    '--pid',
    ...(net ? ['--net'] : []),
    '--',
  ];
  const asUser = holder === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  return {
    anchor,
    folder,
    inPanel: [...asUser, ...enter(true)],
    start: (lab) =>
      startKernelWorker({
        lab,
        workerPath: new URL('../../src/main/kernel-worker.ts', import.meta.url).pathname,
        hostProc: '/run/machine',
        through: [...asUser, ...enter(false)],
      }),
    end: async () => {
      process.kill(anchor, 'SIGKILL');
      await until(() => child.exitCode !== null || child.signalCode !== null, 'the sandbox to end');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startHolder(holder: Holder, folder: string): ChildProcess {
  const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child=SIGKILL'];
  const asRoot = ['unshare', ...namespaces, 'sh', '-c', script, 'sh', folder];
  const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'unshare', '--user', '--map-root-user'];
  const unprivileged = [...asUser, ...namespaces, 'sh', '-c', script, 'sh', folder];
  const open = `chown ${user} "$1" && mount -t tmpfs tmpfs /dev/net && mknod -m 0666 /dev/net/tun c 10 200 && shift && exec "$@"`;
  const closed = `chown ${user} "$1" && shift && exec "$@"`;
  const argv =
    holder === 'root'
      ? asRoot
      : ['unshare', '--mount', 'sh', '-c', holder === 'user with tun' ? open : closed, 'sh', folder, ...unprivileged];
  const [program = '', ...words] = argv;
  return spawn(program, words, { stdio: 'ignore', cwd: '/' });
}

/** The process whose number in its innermost PID namespace is 1, among the descendants of `pid`. */
function anchorOf(pid: number): number | undefined {
  const numbers = (existsText(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  for (const child of numbers) {
    const inner = /^NSpid:.*\t(\d+)$/m.exec(existsText(`/proc/${child}/status`) ?? '')?.[1];
    const found = inner === '1' ? child : anchorOf(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function existsText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Waits for a condition, a minute at most; what it gave. */
export async function until<T>(condition: () => T | Promise<T>, what: string): Promise<NonNullable<Exclude<T, false>>> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    const found = await condition();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain for ${what}`);
}
