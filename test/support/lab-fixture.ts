import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { LabStatus } from '../../src/model/lab-status.ts';
import { type CommandOptions, eventually, type Finished, runCommand } from './lab-command.ts';
import { type Holder, openQuarters } from './lab-holder.ts';
import { filesBelow, nothingLeft, processesOf, type Snapshot, systemSnapshot } from './lab-snapshot.ts';
import { Terminal } from './lab-terminal.ts';

const clone = join(import.meta.dirname, '../..');

/** Commands of weft as one user types them, with runtime and state folders of their own. */
export interface LabFixture {
  /** Everything of the fixture is below it. */
  readonly folder: string;
  readonly uid: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Writes files, paths relative to the folder of the fixture; gives the folder of the first. */
  write(files: Readonly<Record<string, string>>, mode?: number): string;
  /** Runs any program as the user, with `weft` and `qeneth` on the PATH. */
  run(argv: readonly string[], options?: CommandOptions): Promise<Finished>;
  /** Runs weft in a lab's directory. */
  weft(directory: string, ...words: readonly string[]): Promise<Finished>;
  /** The same; throws with all that it wrote unless it ends with 0. Gives its standard output. */
  ok(directory: string, ...words: readonly string[]): Promise<string>;
  status(directory: string): Promise<LabStatus>;
  /** A program on a terminal of its own. */
  terminal(directory: string, line: string): Terminal;
  /** Throws unless `target` answers one of several pings that `node` sends. `lab` are words that name another lab than the directory's. */
  pings(directory: string, node: string, target: string, ...lab: readonly string[]): Promise<void>;
  /** Throws when `target` answers a ping of `node`. */
  doesNotPing(directory: string, node: string, target: string, ...lab: readonly string[]): Promise<void>;
  /** Asserts that no process, interface, namespace, mount, listening socket or file is left on the machine. */
  nothingLeft(): Promise<void>;
  /** Takes every lab down, kills what is left, removes the folder; then asserts that `down` left nothing. */
  end(): Promise<void>;
}

export async function labFixture(holder: Holder = 'root'): Promise<LabFixture> {
  await buildOnce();
  const folder = mkdtempSync(join(tmpdir(), 'wl-'));
  for (const name of ['run', 'state', 'tmp', 'home']) mkdirSync(join(folder, name), { mode: 0o700 });
  const before = await systemSnapshot();
  const quarters = await openQuarters(holder, folder);
  const environment = {
    PATH: `${clone}:${process.env['PATH'] ?? ''}`,
    HOME: `${folder}/home`,
    TMPDIR: `${folder}/tmp`,
    XDG_RUNTIME_DIR: `${folder}/run`,
    XDG_STATE_HOME: `${folder}/state`,
    XDG_CACHE_HOME: quarters.cache,
  };
  const terminals: Terminal[] = [];
  const run: LabFixture['run'] = async (argv, options = {}) => {
    const { directory = folder, environment: more = {} } = options;
    const enter = ['env', '-C', directory, ...argv];
    return await runCommand([...quarters.as, ...enter], { ...options, directory: '/', environment: { ...environment, ...more } });
  };
  const weft: LabFixture['weft'] = (directory, ...words) => run(['weft', ...words], { directory, deadline: 240 });
  const ok: LabFixture['ok'] = async (directory, ...words) => {
    const { code, stdout, stderr } = await weft(directory, ...words);
    if (code !== 0) throw new Error(`weft ${words.join(' ')}: exit code ${code}\n${stdout}\n${stderr}`);
    return stdout;
  };
  return {
    folder,
    uid: quarters.uid,
    environment,
    run,
    weft,
    ok,
    write(files, mode = 0o644) {
      for (const [name, text] of Object.entries(files)) {
        const path = join(folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text, { mode });
        for (const made of [path, dirname(path)]) chownSync(made, quarters.uid, quarters.uid);
      }
      return dirname(join(folder, Object.keys(files)[0] ?? ''));
    },
    status: async (directory) => JSON.parse(await ok(directory, 'status', '--json')) as LabStatus,
    terminal(directory, line) {
      const terminal = new Terminal([...quarters.as, 'env', '-C', directory], line, environment);
      terminals.push(terminal);
      return terminal;
    },
    pings: (directory, node, target, ...lab) => pings((...words) => weft(directory, ...lab, ...words), node, target),
    async doesNotPing(directory, node, target, ...lab) {
      const { code, stdout } = await weft(
        directory,
        ...lab,
        'exec',
        node,
        '--',
        'ping',
        '-c',
        '3',
        '-i',
        '0.3',
        '-W',
        '1',
        target,
      );
      expect({ answered: code === 0 || stdout.includes('bytes from'), code }).toEqual({
        answered: false,
        code: expect.any(Number),
      });
    },
    nothingLeft: () => assertNothingLeft(before, folder, quarters.holder),
    async end() {
      for (const terminal of terminals) terminal.close();
      let failure: unknown;
      try {
        await run(['weft', 'down', '--all'], { deadline: 60 });
        await assertNothingLeft(before, folder, quarters.holder);
      } catch (reason) {
        failure = reason;
      }
      await quarters.end();
      for (const { pid } of processesOf(folder)) killed(pid);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      if (failure !== undefined) throw failure;
    },
  };
}

/** The first pings after a carrier came up may be lost, so the kernel gets several tries. */
async function pings(weft: (...words: string[]) => Promise<Finished>, node: string, target: string): Promise<void> {
  let last: Finished | undefined;
  try {
    await eventually(async () => {
      last = await weft('exec', node, '--', 'ping', '-c', '1', '-W', '2', target);
      return last.code === 0;
    }, 'an answer');
  } catch {
    throw new Error(`${node} gets no answer from ${target}: ${last?.stdout}${last?.stderr}`);
  }
}

async function assertNothingLeft(before: Snapshot, folder: string, holder: number | undefined): Promise<void> {
  await nothingLeft(before, folder, holder);
  expect(['run', 'state', 'tmp'].flatMap((name) => filesBelow(`${folder}/${name}`))).toEqual([]);
  expect(filesBelow(folder).filter((name) => /\.pid$|\/\..*\.new$/.test(name))).toEqual([]);
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

let built: Promise<Finished> | undefined;

/** An ordinary user may not write to the clone, and sees the small guest of whoever runs the tests: both are made before. */
async function buildOnce(): Promise<void> {
  built ??= runCommand([`${clone}/weft`, 'image', 'build'], {
    environment: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
    deadline: 300,
  });
  const { code, stderr } = await built;
  if (code !== 0) throw new Error(`weft, or its small guest, does not build: ${stderr}`);
}
