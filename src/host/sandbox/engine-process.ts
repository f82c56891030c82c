import { spawn } from 'node:child_process';
import { openSync, readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Streams } from '../../boundary/streams.ts';
import { nodeFlags } from '../node-flags.ts';
import type { Anchor } from './anchor.ts';
import { giveUpMark } from './give-up-mark.ts';

/** The words before a command that lead it into a sandbox's user, mount and PID namespaces and its root (nsenter(1)), the network left as it is. */
export function enterWords(anchor: Anchor): readonly string[] {
  if (anchor.kind === 'none') return [];
  const user = anchor.kind === 'user' ? ['--user', '--preserve-credentials'] : [];
  return ['nsenter', `--target=${anchor.pid}`, ...user, '--mount', '--pid', '--root'];
}

/**
 * Starts the engine inside the sandbox and waits until its socket answers.
 * @throws HostError with the end of the engine's log when it does not come up.
 */
export async function startEngine(
  options: { lab: string; run: string; entry: string; anchor: Anchor; environment: Readonly<Record<string, string | undefined>> },
  clock: Clock,
  streams: Streams,
): Promise<void> {
  const { lab, run, anchor } = options;
  const logFile = `${run}/engine.log`;
  const log = openSync(logFile, 'a', 0o600);
  const logged = statSync(logFile).size;
  const words = [...enterWords(anchor), 'setsid', '--fork', process.execPath, ...nodeFlags, options.entry, lab, run];
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { ...options.environment, WEFT_LAB: lab, WEFT_RUNTIME: run, WEFT_ROLE: 'engine' },
  });
  let failed: string | undefined;
  child.once('error', (failure) => {
    failed = failure.message;
  });
  child.once('exit', (code) => {
    if (code !== 0) failed = `${words[0]} ended with exit code ${code}`;
  });
  for (const deadline = clock.now() + 30_000; clock.now() < deadline && failed === undefined; await clock.sleep(4)) {
    if (await answers(run, streams)) return;
    if (readFileSync(logFile, 'utf8').slice(logged).includes(giveUpMark)) break;
  }
  const said = readFileSync(logFile, 'utf8').slice(logged).trim().split('\n').slice(-5).join('\n');
  throw new HostError('engine', `the engine of lab ${lab} did not start: ${failed ?? said}`, { hint: `its log is ${logFile}` });
}

/** True when an engine listens on the lab's socket. */
export async function answers(run: string, streams: Streams): Promise<boolean> {
  try {
    (await streams.connectUnix(`${run}/api.sock`)).close();
    return true;
  } catch {
    return false;
  }
}
