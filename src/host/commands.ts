import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { CommandResult, Commands } from '../boundary/commands.ts';
import { HostError } from '../boundary/host-error.ts';
import { systemFailure } from './system-failure.ts';

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Programs of this machine. `environment` of a run is added to our own; a program named without a slash is looked up as `find` does. */
export const systemCommands: Commands = {
  find: findProgram,
  async run(argv, options = {}) {
    const [program = '', ...words] = argv;
    const path = program.includes('/') ? program : await findProgram(program);
    if (path === undefined) throw missing(program);
    const directory = options.directory === undefined ? {} : { cwd: options.directory };
    const environment = { ...process.env, ...options.environment };
    const child = spawn(path, words, { ...directory, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    return finish(child, path, options.input);
  },
};

function finish(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  path: string,
  input: Uint8Array | undefined,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (failure) => reject(systemFailure(`run ${path}`, failure)));
    child.on('close', (code) =>
      resolve({ code: code ?? undefined, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
    // A program that ends without reading its input is judged by its exit code, not by our broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

async function findProgram(program: string): Promise<string | undefined> {
  if (program === '' || program.includes('/')) return undefined;
  const folders = new Set([
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
    ...SYSTEM_FOLDERS,
  ]);
  for (const folder of folders) {
    const path = join(folder, program);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function missing(program: string): HostError {
  return new HostError('ENOENT', `cannot run ${program}: there is no such program on this machine`, {
    hint: 'weft doctor says which package has it',
  });
}
