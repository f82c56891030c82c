import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync } from 'node:fs';
import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';

/** Process 1 of a lab's sandbox, by its number on the machine. */
export interface Anchor {
  readonly pid: number;
  /** True when the sandbox has a user namespace of its own (an ordinary user's lab). */
  readonly userNamespace: boolean;
}

/**
 * The anchor that RUN/anchor names, if that process lives and carries this lab's owner mark: a number that the kernel has given to
 * another process since is not taken for ours.
 */
export function findAnchor(run: string, lab: string): Anchor | undefined {
  const pid = Number(textOf(`${run}/anchor`));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const marks = textOf(`/proc/${pid}/environ`)?.split('\0') ?? [];
  if (!marks.includes(`WEFT_LAB=${lab}`) || !marks.includes(`WEFT_RUNTIME=${run}`)) return undefined;
  return { pid, userNamespace: marks.includes('WEFT_USER_NAMESPACE=yes') };
}

/**
 * Makes the sandbox: mount, PID and network namespaces, and a user namespace for an ordinary user, held by the anchor.
 * @throws HostError with what unshare(1) said, and a hint where the machine forbids user namespaces.
 */
export async function startAnchor(lab: string, run: string, script: string, clock: Clock, uid: number): Promise<Anchor> {
  rmSync(`${run}/anchor`, { force: true });
  const userNamespace = uid !== 0;
  const log = openSync(`${run}/anchor.log`, 'w', 0o600);
  const flags = [
    '--mount',
    '--pid',
    '--net',
    '--fork',
    '--kill-child=SIGKILL',
    ...(userNamespace ? ['--user', '--map-root-user'] : []),
  ];
  const child = spawn('unshare', [...flags, '--', '/bin/sh', script, run], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: {
      PATH: searchPath(process.env['PATH']),
      WEFT_LAB: lab,
      WEFT_RUNTIME: run,
      WEFT_ROLE: 'anchor',
      WEFT_USER_NAMESPACE: userNamespace ? 'yes' : 'no',
    },
  });
  child.unref();
  const ended = endOf(child);
  for (const deadline = clock.now() + 20_000; clock.now() < deadline; await clock.sleep(4)) {
    const anchor = findAnchor(run, lab);
    if (anchor !== undefined) return anchor;
    if (ended.reason !== undefined) throw refusal(ended.reason, textOf(`${run}/anchor.log`) ?? '', userNamespace);
  }
  child.kill('SIGKILL');
  throw refusal('it did not answer within 20 s', textOf(`${run}/anchor.log`) ?? '', userNamespace);
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

function refusal(reason: string, log: string, userNamespace: boolean): HostError {
  const said = log.trim();
  return new HostError('sandbox', `cannot make the lab's sandbox: ${said || reason}`, {
    hint: userNamespace
      ? 'this machine may forbid user namespaces to ordinary users: see `weft doctor`, or run as root'
      : 'see `weft doctor` for what this machine lacks',
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
