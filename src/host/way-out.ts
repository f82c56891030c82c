import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import type { WayOut, WayOutRequest } from '../boundary/way-out.ts';

/** slirp4netns(1): the program's address as a name server, in its usual network 10.0.2.0/24. */
const NAME_SERVER = '10.0.2.3';
/** How long it may take until the interface is configured. Milliseconds. */
const WITHIN = 10_000;

/**
 * The way out by slirp4netns(1): a network stack in a process, whose connections are those of a program of the user's. Nothing of the
 * machine's own network is changed, no forwarding switched on, no rule added; its loopback is out of reach.
 */
export function slirpWayOut(commands: Pick<Commands, 'find'>): WayOut {
  return {
    async open(request) {
      if (isSlirp(pidIn(request.pidFile))) return { nameServer: NAME_SERVER };
      const program = await commands.find('slirp4netns');
      if (program === undefined) {
        throw new HostError('ENOENT', 'slirp4netns is not installed, so there is no way out of the lab', {
          hint: 'on Debian: apt-get install slirp4netns',
        });
      }
      await mkdir(dirname(request.pidFile), { recursive: true, mode: 0o700 });
      await start(program, request);
      return { nameServer: NAME_SERVER };
    },
    close(pidFile) {
      const pid = pidIn(pidFile);
      if (pid !== undefined && isSlirp(pid)) process.kill(pid, 'SIGKILL');
      rmSync(pidFile, { force: true });
      return Promise.resolve();
    },
  };
}

/** It says on descriptor 3 that the interface is there. */
async function start(program: string, { interface: name, ipv6, logFile, pid, pidFile }: WayOutRequest): Promise<void> {
  const options = ['--configure', '--disable-host-loopback', '--ready-fd=3', ...(ipv6 ? ['--enable-ipv6'] : [])];
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(program, [...options, String(pid), name], { stdio: ['ignore', log, log, 'pipe'], detached: true });
  closeSync(log);
  const ready = await new Promise<boolean>((resolve) => {
    child.stdio[3]?.once('data', () => resolve(true));
    child.once('exit', () => resolve(false));
    child.once('error', () => resolve(false));
    setTimeout(() => resolve(false), WITHIN).unref();
  });
  child.stdio[3]?.destroy();
  child.unref();
  if (ready) return writeFileSync(pidFile, `${child.pid}\n`, { mode: 0o600 });
  child.kill('SIGKILL');
  const said = readFileSync(logFile, 'utf8').trim().split('\n').at(-1);
  throw new HostError('way-out', `slirp4netns gave no way out: ${said || 'it said nothing'}`);
}

function pidIn(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The number may be another process's by now. */
function isSlirp(pid: number | undefined): boolean {
  if (pid === undefined || !(pid > 1)) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('slirp4netns');
  } catch {
    return false;
  }
}
