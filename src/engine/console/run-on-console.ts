import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { linesOfTerminal } from '../../model/terminal-text.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { ConsoleReader } from './console-reader.ts';

export interface ConsoleCommand {
  readonly command: string;
  /**
   * How the end is found. With a `marker`, a word never printed before on this console, a POSIX shell is assumed to listen: it prints the
   * marker around the output, and the exit code. With a `prompt` the output ends where a last line matches it, and that line is left out.
   */
  readonly end: { readonly marker: string } | { readonly prompt: RegExp };
  /** Milliseconds. */
  readonly deadline: number;
}

export interface ConsoleOutput {
  readonly lines: readonly string[];
  /** undefined where only the prompt told of the end. */
  readonly code: number | undefined;
}

/** A viewer first shows the past; that has ended when nothing came for so long. Milliseconds. */
const QUIET = 250;
const INTERRUPT = '\u0003';

/**
 * Types a command on a console and gives what it printed. The viewer must be its own: what others type at the same time mixes with it. At the
 * deadline the command is interrupted (Ctrl-C) and a HostError `timeout` carries the last lines.
 */
export async function runOnConsole(viewer: ByteStream, clock: Clock, request: ConsoleCommand): Promise<ConsoleOutput> {
  const { command, deadline, end } = request;
  const reader = new ConsoleReader(viewer, clock);
  reader.start();
  try {
    if ('marker' in end) return await runInShell(viewer, reader, { command, deadline, marker: end.marker });
    return await runAtPrompt(viewer, reader, { command, deadline, prompt: end.prompt });
  } catch (failure) {
    if (failure instanceof HostError && failure.code === 'timeout') viewer.write(encodeUtf8(INTERRUPT));
    throw failure;
  }
}

/** Quotes inside the marker keep the typed line, which the terminal echoes, from looking like what the shell prints. */
async function runInShell(
  viewer: ByteStream,
  reader: ConsoleReader,
  { command, deadline, marker }: { command: string; deadline: number; marker: string },
): Promise<ConsoleOutput> {
  const quoted = `'${command.replaceAll("'", "'\\''")}'`;
  const [begin, end] = [`${marker}-begin`, new RegExp(`${marker}-end-(\\d+)`)];
  viewer.write(encodeUtf8(`echo ${marker}''-begin; eval ${quoted}; echo ${marker}''-end-$?\r`));
  return reader.expect((text) => {
    const from = text.indexOf(begin);
    const after = from < 0 ? null : end.exec(text.slice(from));
    if (after === null) return undefined;
    const lines = linesOfTerminal(text.slice(from + begin.length, from + after.index)).slice(1);
    return { lines: lines.at(-1) === '' ? lines.slice(0, -1) : lines, code: Number(after[1]) };
  }, deadline);
}

/** The first line after what is typed is its echo. */
async function runAtPrompt(
  viewer: ByteStream,
  reader: ConsoleReader,
  { command, deadline, prompt }: { command: string; deadline: number; prompt: RegExp },
): Promise<ConsoleOutput> {
  const matcher = new RegExp(prompt.source, prompt.flags.replace(/[gy]/g, ''));
  const type = (line: string) => {
    reader.forget();
    viewer.write(encodeUtf8(`${line}\r`));
    return reader.expect((text) => {
      const lines = linesOfTerminal(text);
      return lines.length > 1 && matcher.test(lines.at(-1) ?? '') ? lines.slice(1, -1) : undefined;
    }, deadline);
  };
  await reader.untilQuiet(QUIET);
  await type('');
  return { lines: await type(command), code: undefined };
}
