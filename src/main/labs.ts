import { mkdirSync, rmdirSync } from 'node:fs';
import { connectionTo } from '../api/client.ts';
import type { KnownLab, LabConnection, Labs } from '../api/labs.ts';
import { qubesSocket } from '../api/qubes/sockets.ts';
import { HostError } from '../boundary/host-error.ts';
import { resolverFile, withResolver } from '../boundary/resolver-file.ts';
import { systemClock } from '../host/clock.ts';
import { systemCommands } from '../host/commands.ts';
import type { FileLock } from '../host/file-lock.ts';
import { systemFiles } from '../host/files.ts';
import { systemHttpClient } from '../host/http-client.ts';
import { sysPciDevices } from '../host/pci-devices.ts';
import { type Anchor, endAnchor, findAnchor, startAnchor } from '../host/sandbox/anchor.ts';
import { dom0Words, isApart } from '../host/sandbox/dom0-words.ts';
import { endMarked } from '../host/sandbox/end-marked.ts';
import { answers, enterWords, startEngine } from '../host/sandbox/engine-process.ts';
import { removeMarkedInterfaces } from '../host/sandbox/marked-interfaces.ts';
import { makeRuntimeRoot, runtimeRoot } from '../host/sandbox/runtime-root.ts';
import { systemStreams } from '../host/streams.ts';
import { removeTraces, whereabouts } from './lab-traces.ts';
import { documentPath, documentsFolder, installation } from './places.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The labs of the user that this process runs as. */
export function openLabs(environment: Environment): Labs {
  const uid = process.getuid?.() ?? 0;
  const root = runtimeRoot(environment, uid);
  const gid = process.getgid?.() ?? 0;
  const scripts = `${installation}/src/host/sandbox`;
  const runOf = (lab: string) => `${root}/${lab}`;

  const requireSight = () => {
    if (!isApart(environment)) return;
    throw new HostError('no-access', 'the processes of labs cannot be seen from here', {
      hint: 'do this outside of weft qubes-shell',
    });
  };

  /** Runs one change of a lab's sandbox at a time; waits for another command that is at it. */
  const locked = async <T>(lab: string, work: () => Promise<T>): Promise<T> => {
    requireSight();
    // Loaded here: its native library costs 20 ms, and most commands take no lock.
    const { tryLock } = await import('../host/file-lock.ts');
    const path = `${root}/${lab}.lock`;
    let lock: FileLock | undefined;
    for (const deadline = systemClock.now() + 60_000; lock === undefined; ) {
      makeRuntimeRoot(root, uid);
      try {
        lock = tryLock(path);
      } catch (failure) {
        // A command that took the last lab down may remove the folder between the two lines.
        if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
      }
      if (lock === undefined) {
        if (systemClock.now() > deadline) throw new HostError('timeout', `another command has held ${path} for a minute`);
        await systemClock.sleep(10);
      }
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  };

  const ensureEngine = async (lab: string, anchor: Anchor): Promise<LabConnection> => {
    const run = runOf(lab);
    if (!(await answers(run, systemStreams))) {
      const entry = `${installation}/dist/engine.cjs`;
      await startEngine({ lab, run, entry, anchor, environment }, systemClock, systemStreams);
    }
    return connectionTo(lab, `${run}/api.sock`, systemHttpClient);
  };

  const lives = async (lab: string) => findAnchor(runOf(lab), lab) !== undefined || (await answers(runOf(lab), systemStreams));

  /** For the holder of the lab's lock. */
  const removeAll = async (lab: string, interfaces: boolean) => {
    const anchor = findAnchor(runOf(lab), lab);
    if (anchor !== undefined) await endAnchor(anchor, systemClock);
    await endMarked(lab, runOf(lab), systemClock);
    if (interfaces) await removeMarkedInterfaces(lab, systemCommands);
    const { givePciBackOf } = await import('../engine/devices/give-pci-back.ts');
    await givePciBackOf(runOf(lab), sysPciDevices(), systemFiles);
    await removeTraces(documentPath(environment, lab));
    await systemFiles.remove(runOf(lab));
    await systemFiles.remove(`${root}/${lab}.lock`);
  };

  return {
    async list() {
      const names = new Set([...(await namesIn(root, '')), ...(await namesIn(documentsFolder(environment), '.json'))]);
      return await Promise.all([...names].sort().map((name) => describe(name, environment, runOf(name))));
    },
    async connect(lab) {
      const run = runOf(lab);
      if (await answers(run, systemStreams)) return connectionTo(lab, `${run}/api.sock`, systemHttpClient);
      requireSight();
      if (findAnchor(run, lab) === undefined) return undefined;
      return await locked(lab, async () => {
        const anchor = findAnchor(run, lab);
        return anchor === undefined ? undefined : await ensureEngine(lab, anchor);
      });
    },
    async launch(lab) {
      const run = runOf(lab);
      if (await answers(run, systemStreams)) return connectionTo(lab, `${run}/api.sock`, systemHttpClient);
      return await locked(lab, async () => {
        mkdirSync(run, { recursive: true, mode: 0o700 });
        const found = findAnchor(run, lab);
        const anchor = found ?? (await startAnchor({ lab, run, scripts, uid }, systemClock));
        try {
          return await ensureEngine(lab, anchor);
        } catch (failure) {
          if (found === undefined) await endAnchor(anchor, systemClock);
          throw failure;
        }
      });
    },
    requireSight,
    async remove(lab) {
      await locked(lab, () => removeAll(lab, uid === 0));
      removeIfEmpty(documentsFolder(environment));
      removeIfEmpty(root);
    },
    async gc(dryRun) {
      const removeDead = (lab: string, interfaces: boolean) =>
        locked(lab, async () => {
          if (await lives(lab)) return false;
          await removeAll(lab, interfaces);
          return true;
        });
      const { collectLeftovers } = await import('./leftovers.ts');
      requireSight();
      const found = await collectLeftovers(dryRun, { environment, root, uid, lives, removeDead });
      if (!dryRun) for (const folder of [documentsFolder(environment), root]) removeIfEmpty(folder);
      return found;
    },
    qubesSocket: (lab) => qubesSocket(runOf(lab)),
    asDom0: (lab, argv) => dom0Words({ run: runOf(lab), socket: qubesSocket(runOf(lab)), scripts, uid, gid }, argv),
    async enter(lab, { name, pid }, argv) {
      requireSight();
      const anchor = findAnchor(runOf(lab), lab);
      if (anchor === undefined) throw new HostError('not-running', `lab ${lab} does not run`);
      const resolver = resolverFile(runOf(lab), name);
      const command = (await systemFiles.exists(resolver)) ? withResolver(resolver, argv) : argv;
      const words = [...enterWords(anchor), `--net=/proc/${pid}/ns/net`, `--uts=/proc/${pid}/ns/uts`, '--', ...command];
      return { argv: words, environment: { WEFT_LAB: lab } };
    },
  };
}

async function describe(name: string, environment: Environment, run: string): Promise<KnownLab> {
  const path = documentPath(environment, name);
  const { directory, torn } = (await whereabouts(path)) ?? { directory: '', torn: false };
  const alive = findAnchor(run, name) !== undefined;
  return { name, directory, alive, ...(torn ? { torn: path } : {}) };
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  if (!(await systemFiles.exists(folder))) return [];
  const names = await systemFiles.list(folder);
  if (ending !== '') return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  return names.filter((name) => !name.endsWith('.lock'));
}

/** Folders of ours go with the last lab. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another lab's files are in it, or it is gone.
  }
}
