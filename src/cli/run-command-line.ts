import { HostError } from '../boundary/host-error.ts';
import { Refusal, UsageError } from './complaints.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { parseCommandLine } from './program.ts';
import { VERBS } from './verbs.ts';
import { Voice } from './voice.ts';

/** Carries out one command line and gives the exit code. Every failure becomes a sentence; a stack is shown only with WEFT_DEBUG=1. */
export async function runCommandLine(context: Context, argv: readonly string[]): Promise<number> {
  const coloured = wantsColour(context, argv);
  let voice = new Voice(context.terminal, { quiet: false, coloured });
  try {
    const identity = { name: context.invokedAs, version: context.version, columns: context.terminal.stdout.columns };
    const request = await parseCommandLine(VERBS, identity, argv);
    if ('text' in request) {
      context.terminal.stdout.write(request.text);
      return EXIT.ok;
    }
    voice = new Voice(context.terminal, { quiet: request.words.flag('quiet'), coloured });
    return await request.verb.run(context, request.words, voice);
  } catch (failure) {
    return explain(context, voice, failure);
  }
}

function explain(context: Context, voice: Voice, failure: unknown): number {
  const debug = Boolean(context.environment['WEFT_DEBUG']);
  if (debug && failure instanceof Error) voice.aside(failure.stack ?? failure.message);
  if (failure instanceof UsageError) {
    voice.error(failure.message, failure.hint);
    return EXIT.usage;
  }
  if (failure instanceof Refusal) {
    voice.error(failure.message, failure.hint);
    return failure.exitCode;
  }
  if (failure instanceof HostError) {
    voice.error(failure.message, failure.hint);
    return failure.code === 'not-running' ? EXIT.notRunning : EXIT.failed;
  }
  const message = failure instanceof Error ? failure.message : String(failure);
  voice.error(
    `internal: ${message}`,
    'this is a bug of weft: please report it with what WEFT_DEBUG=1 shows for the same command',
  );
  return EXIT.failed;
}

function wantsColour({ environment }: Context, argv: readonly string[]): boolean {
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return !ours.includes('--no-color') && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}
