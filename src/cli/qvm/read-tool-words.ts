import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../complaints.ts';
import { Words } from '../words.ts';
import type { Tool, ToolOption } from './tool.ts';

/** What every tool takes. */
const COMMON_OPTIONS: readonly ToolOption[] = [
  { flags: '-v, --verbose', meaning: 'increase verbosity' },
  { flags: '-q, --quiet', meaning: 'decrease verbosity' },
  {
    flags: '--socket <path>',
    meaning: "the daemon's socket, where it is not the lab's; also by WEFT_QUBES_SOCKET",
    completes: 'path',
  },
];

export interface ToolIdentity {
  /** The name that it was called by. */
  readonly program: string;
  readonly version: string;
  /** Width of help texts. */
  readonly columns: number;
}

/** The words of a tool's command line, or a text to show. A UsageError, worded as Python's argparse does, where they cannot be understood. */
export function readToolWords(
  tool: Tool,
  identity: ToolIdentity,
  argv: readonly string[],
): { readonly words: Words } | { readonly text: string } {
  let text = '';
  const command = commandOf(tool, identity);
  command.exitOverride().configureOutput({
    writeOut: (piece) => (text += piece),
    writeErr: (piece) => (text += piece),
    outputError: () => undefined,
  });
  let words: Words | undefined;
  command.action(() => {
    words = new Words(command.args, command.opts());
  });
  try {
    command.parse(written(argv, [...(tool.options ?? []), ...COMMON_OPTIONS]), { from: 'user' });
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    if (failure.exitCode !== 0) throw new UsageError(complaintOf(failure, command));
  }
  return words === undefined ? { text } : { words };
}

/** How a tool is called, in one line. */
export function usageOf(tool: Tool, program: string): string {
  return ['usage:', program, '[options]', ...tool.positional.map(({ syntax }) => syntax.replace(/^<(.*)>$/, '$1'))].join(' ');
}

export function toolHelp(tool: Tool, identity: ToolIdentity): string {
  return `${commandOf(tool, identity).helpInformation()}\n${tool.help.trim()}\n`;
}

function commandOf(tool: Tool, { program, version, columns }: ToolIdentity): Command {
  const command = new Command(program)
    .description(tool.summary)
    .usage(usageOf(tool, program).slice(`usage: ${program} `.length))
    .helpOption('-h, --help', 'print this help')
    .version(`${program} (weft) ${version}`, '--version', 'print the version')
    .configureHelp({ helpWidth: Math.min(columns, 120) })
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
    .allowExcessArguments(false);
  for (const { syntax, meaning } of tool.positional) command.argument(syntax, meaning);
  for (const option of [...(tool.options ?? []), ...COMMON_OPTIONS]) command.addOption(commanderOption(option));
  command.addOption(new Option('--force-root').hideHelp());
  command.addHelpText('after', `\n${tool.help.trim()}`);
  return command;
}

function commanderOption({ flags, meaning, env, choices, fallback, repeats }: ToolOption): Option {
  const option = new Option(flags, meaning);
  if (env !== undefined) option.env(env);
  if (choices !== undefined) option.choices(choices);
  if (fallback !== undefined) option.default(fallback);
  if (repeats === true) option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
  return option;
}

/** Long options may be shortened as far as they stay the only one. */
function written(argv: readonly string[], options: readonly ToolOption[]): readonly string[] {
  const names = [...options.flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []), '--help', '--version', '--force-root'];
  const end = argv.indexOf('--');
  return argv.map((word, at) => {
    const [, begin = '', rest = ''] = /^(--[\w-]+)(=[\s\S]*)?$/.exec(word) ?? [];
    if (begin === '' || names.includes(begin) || (end >= 0 && at > end)) return word;
    const meant = names.filter((name) => name.startsWith(begin));
    if (meant.length > 1) throw new UsageError(`ambiguous option: ${begin} could match ${meant.join(', ')}`);
    return meant.length === 1 ? `${meant[0]}${rest}` : word;
  });
}

function complaintOf({ code, message }: CommanderError, command: Command): string {
  const [, subject = ''] = /'([^']*)'/.exec(message) ?? [];
  switch (code) {
    case 'commander.unknownOption':
      return `unrecognized arguments: ${subject}`;
    case 'commander.excessArguments':
      return `unrecognized arguments: ${command.args.slice(command.registeredArguments.length).join(' ')}`;
    case 'commander.missingArgument':
      return `the following arguments are required: ${subject}`;
    case 'commander.optionMissingArgument':
      return `argument ${namesIn(subject)}: expected one argument`;
    case 'commander.invalidArgument': {
      const [, value = '', allowed = ''] = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(message) ?? [];
      const choices = allowed.split(', ').map((choice) => `'${choice}'`);
      return `argument ${namesIn(subject)}: invalid choice: '${value}' (choose from ${choices.join(', ')})`;
    }
    default:
      return message.replace(/^error: /, '');
  }
}

/** `-o, --format <format>` as it is named in a complaint. */
function namesIn(flags: string): string {
  const names = flags.match(/(?<![\w<-])--?[A-Za-z][\w-]*/g) ?? [];
  return names.toSorted((a, b) => b.length - a.length).join('/');
}
