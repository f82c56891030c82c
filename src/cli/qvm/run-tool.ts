import { QubesError } from '../../api/qubes/qubes-error.ts';
import { HostError } from '../../boundary/host-error.ts';
import { Refusal, UsageError } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Words } from '../words.ts';
import { findDaemon } from './find-daemon.ts';
import { readToolWords, usageOf } from './read-tool-words.ts';
import { type Desk, type Tool, ToolFailure } from './tool.ts';

/**
 * Runs a tool as it was called: `argv` is what stands behind its name, `place` says which lab is meant. Wrong usage ends with 2 and says how the
 * tool is used, what the daemon refuses with 1.
 */
export async function runTool(
  tool: Tool,
  { context, program, place }: { readonly context: Context; readonly program: string; readonly place: Words },
  argv: readonly string[],
): Promise<number> {
  const { stdout, stderr } = context.terminal;
  try {
    const read = readToolWords(tool, { program, version: context.version, columns: stdout.columns }, argv);
    if ('text' in read) {
      stdout.write(read.text);
      return EXIT.ok;
    }
    const client = await findDaemon(context, place, read.words.text('socket'));
    return await tool.run(deskOf(context, client, read.words.flag('quiet')), read.words);
  } catch (failure) {
    if (failure instanceof UsageError) {
      stderr.write(`${usageOf(tool, program)}\n${program}: error: ${failure.message}\n`);
      return EXIT.usage;
    }
    if (context.environment['WEFT_DEBUG'] && failure instanceof Error) stderr.write(`${failure.stack ?? ''}\n`);
    if (failure instanceof ToolFailure || failure instanceof QubesError) {
      stderr.write(`${program}: error: ${failure.message}\n`);
      return failure instanceof ToolFailure ? failure.exitCode : EXIT.failed;
    }
    if (failure instanceof Refusal || failure instanceof HostError) {
      const hint = failure.hint === undefined ? '' : ` (${failure.hint})`;
      stderr.write(`${program}: error: ${failure.message}${hint}\n`);
      return EXIT.failed;
    }
    throw failure;
  }
}

function deskOf(context: Context, client: Desk['client'], isQuiet: boolean): Desk {
  const { stdout, stderr } = context.terminal;
  return {
    client,
    context,
    print: (line) => stdout.write(`${line}\n`),
    printAll: (lines) => stdout.write(lines.map((line) => `${line}\n`).join('')),
    tell: (line) => stderr.write(`${line}\n`),
    complain: (text) => stderr.write(`Error: ${text}\n`),
    log(level, who, text) {
      if (!isQuiet) stderr.write(`${who}: ${text}\n`);
      else if (level === 'warning') stderr.write(`${text}\n`);
    },
  };
}
