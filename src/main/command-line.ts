import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import type { Context } from '../cli/context.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { systemSinks } from '../host/byte-sinks.ts';
import { systemClock } from '../host/clock.ts';
import { systemCommands } from '../host/commands.ts';
import { systemFiles } from '../host/files.ts';
import { systemStreams } from '../host/streams.ts';
import { everythingWritten, systemTerminal } from '../host/terminal.ts';
import { writeFileSet } from '../host/write-file-set.ts';
import { openLabs } from './labs.ts';
import { installation } from './places.ts';

/** Runs the command line of this process and ends it with the verb's exit code. */
export async function main(): Promise<void> {
  const code = await runCommandLine(systemContext(), process.argv.slice(2));
  await everythingWritten();
  process.exit(code);
}

function systemContext(): Context {
  const { env: environment } = process;
  return {
    invokedAs: environment['WEFT_INVOKED_AS'] === 'qeneth' ? 'qeneth' : 'weft',
    version: versionOf(installation),
    runtime: process.version,
    installation,
    directory: process.cwd(),
    environment,
    isRoot: process.getuid?.() === 0,
    terminal: systemTerminal,
    sinks: systemSinks,
    streams: systemStreams,
    files: systemFiles,
    writeFileSet,
    commands: systemCommands,
    clock: systemClock,
    secondsSince1970: () => Date.now() / 1000,
    realPath: (path) => realpath(path).catch(() => path),
    freshWord: () => `weft${process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex')}`,
    labs: () => Promise.resolve(openLabs(environment)),
    smallGuest: async () => (await import('./small-guest.ts')).smallGuest(environment),
    pngParts: async () => await (await import('./png-parts.ts')).pngParts(),
  };
}

function versionOf(folder: string): string {
  const untrusted: unknown = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  return (untrusted as { version?: string }).version ?? 'unknown';
}
