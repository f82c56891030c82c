import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';

/**
 * What an anchor holds: `root`: mount, PID and network namespaces; `user`: these in a user namespace of their own; `none`: nothing, where an
 * ordinary user may make no namespaces: its labs consist of virtual machines wired by sockets.
 */
export type SandboxKind = 'root' | 'user' | 'none';

/** The process that stands for a lab's sandbox, by its number on the machine; process 1 in it, where there is one. */
export interface Anchor {
  readonly pid: number;
  readonly kind: SandboxKind;
}

/** What to make an anchor for. */
export interface AnchorRequest {
  readonly lab: string;
  /** The lab's runtime folder. */
  readonly run: string;
  /** The folder of anchor.sh and plain-anchor.sh. */
  readonly scripts: string;
  readonly uid: number;
}

const kinds: readonly SandboxKind[] = ['root', 'user', 'none'];

/**
 * The anchor that RUN/anchor names, if that process lives and carries this lab's owner mark: a number that the kernel has given to
 * another process since is not taken for ours.
 */
export function findAnchor(run: string, lab: string): Anchor | undefined {
  const pid = Number(textOf(`${run}/anchor`));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const marks = textOf(`/proc/${pid}/environ`)?.split('\0') ?? [];
  const kind = kinds.find((known) => marks.includes(`WEFT_SANDBOX=${known}`));
  return kind !== undefined && marks.includes(`WEFT_LAB=${lab}`) && marks.includes(`WEFT_RUNTIME=${run}`)
    ? { pid, kind }
    : undefined;
}

/**
 * Makes the sandbox and its anchor; without namespaces where the machine forbids them to an ordinary user.
 * @throws HostError with what unshare(1) said.
 */
export async function startAnchor(request: AnchorRequest, clock: Clock): Promise<Anchor> {
  if (request.uid === 0) return await start(request, 'root', clock);
  try {
    return await start(request, 'user', clock);
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
    return await start(request, 'none', clock);
  }
}

async function start(request: AnchorRequest, kind: SandboxKind, clock: Clock): Promise<Anchor> {
  const { lab, run } = request;
  rmSync(`${run}/anchor`, { force: true });
  const log = openSync(`${run}/anchor.log`, 'w', 0o600);
  const [program = '', ...words] = commandOf(request, kind);
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: {
      PATH: searchPath(process.env['PATH']),
      WEFT_LAB: lab,
      WEFT_RUNTIME: run,
      WEFT_ROLE: 'anchor',
      WEFT_SANDBOX: kind,
    },
  });
  closeSync(log);
  child.unref();
  const ended = endOf(child);
  for (const deadline = clock.now() + 20_000; clock.now() < deadline; await clock.sleep(4)) {
    const anchor = findAnchor(run, lab);
    if (anchor !== undefined) return anchor;
    if (ended.reason !== undefined) throw refusal(ended.reason, textOf(`${run}/anchor.log`) ?? '');
  }
  child.kill('SIGKILL');
  throw refusal('it did not answer within 20 s', textOf(`${run}/anchor.log`) ?? '');
}

function commandOf({ run, scripts }: AnchorRequest, kind: SandboxKind): readonly string[] {
  if (kind === 'none') return ['/bin/sh', `${scripts}/plain-anchor.sh`, run];
  const flags = ['--mount', '--pid', '--net', '--fork', '--kill-child=SIGKILL'];
  return [
    'unshare',
    ...flags,
    ...(kind === 'user' ? ['--user', '--map-root-user'] : []),
    '--',
    '/bin/sh',
    `${scripts}/anchor.sh`,
    run,
  ];
}

/** Kills the anchor, and with it every process of the sandbox, and waits until it is gone. */
export async function endAnchor(anchor: Anchor, clock: Clock): Promise<void> {
  for (const deadline = clock.now() + 20_000; clock.now() < deadline; await clock.sleep(4)) {
    try {
      process.kill(anchor.pid, 'SIGKILL');
    } catch {
      return;
    }
    if (stateOf(anchor.pid) === 'Z') return;
  }
  throw new HostError('timeout', `the sandbox's process ${anchor.pid} does not end`, {
    hint: 'a process of the lab hangs in the kernel; see `ps -o pid,stat,wchan,cmd`',
  });
}

function endOf(child: ChildProcess): { reason: string | undefined } {
  const ended: { reason: string | undefined } = { reason: undefined };
  child.once('error', (failure) => {
    ended.reason = failure.message;
  });
  child.once('exit', (code, signal) => {
    ended.reason = signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
  });
  return ended;
}

function refusal(reason: string, log: string): HostError {
  return new HostError('sandbox', `cannot make the lab's sandbox: ${log.trim() || reason}`, {
    hint: 'see `weft doctor` for what this machine lacks',
  });
}

/** The first letter of the state in /proc/PID/stat (proc(5)), undefined when there is no such process. */
function stateOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function searchPath(path: string | undefined): string {
  return [path ?? '', '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin'].filter(Boolean).join(':');
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
