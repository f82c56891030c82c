import { type Argument, Command, CommanderError, Option } from 'commander';
import { UsageError } from './complaints.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { SHARED_OPTIONS } from './shared-options.ts';
import type { Verb, VerbOption } from './verb.ts';
import { Words } from './words.ts';

/** What a command line asks for: a verb with its words, or a text to show (help, version). */
export type Request = { readonly verb: Verb; readonly words: Words } | { readonly text: string };

export interface ProgramIdentity {
  readonly name: string;
  readonly version: string;
  /** Width of help texts. */
  readonly columns: number;
}

/** Reads a command line. Throws a UsageError when it cannot be understood. */
export async function parseCommandLine(
  verbs: readonly Verb[],
  identity: ProgramIdentity,
  argv: readonly string[],
): Promise<Request> {
  // To describe one verb to commander takes a millisecond. Only what must be known of the others, in a text or to complain, asks for all.
  const named = verbs.filter(({ name }) => argv.includes(name));
  const request = named.length === 0 ? undefined : await parseWith(named, identity, argv).catch(() => undefined);
  return request !== undefined && 'verb' in request ? request : await parseWith(verbs, identity, argv);
}

async function parseWith(verbs: readonly Verb[], identity: ProgramIdentity, argv: readonly string[]): Promise<Request> {
  let shown = '';
  let request: Request | undefined;
  const program = buildProgram(verbs, identity, (chosen) => {
    request = chosen;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => {
        shown += text;
      },
      writeErr: (text) => {
        shown += text;
      },
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(identity.columns, 120),
      getErrHelpWidth: () => Math.min(identity.columns, 120),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    if (failure.exitCode !== 0 && failure.code !== 'commander.help') throw usageError(failure.message, identity.name);
    return { text: shown };
  }
  if (request === undefined) throw new Error('no verb was chosen');
  return request;
}

/** The help text of the program, or of one verb. */
export function helpText(verbs: readonly Verb[], identity: ProgramIdentity, verbName?: string): string {
  const own = verbs.find(({ name }) => name === verbName)?.ownWords;
  if (own !== undefined) return own.help(identity);
  const program = buildProgram(verbs, identity, () => undefined);
  const command =
    verbName === undefined ? program : (program.commands.find((candidate) => candidate.name() === verbName) ?? program);
  let text = '';
  command.configureOutput({
    writeOut: (piece) => (text += piece),
    getOutHelpWidth: () => Math.min(identity.columns, 120),
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

function buildProgram(verbs: readonly Verb[], identity: ProgramIdentity, choose: (request: Request) => void): Command {
  const program = new Command(identity.name)
    .description('Runs network topologies drawn in Graphviz: virtual machines and network namespaces, wired as the file says.')
    .usage('[options] VERB [words]')
    .version(`${identity.name} ${identity.version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help; also: help VERB')
    .helpCommand(false)
    .commandsGroup('Verbs:')
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(wordOf)].join(' ') })
    .enablePositionalOptions()
    .showSuggestionAfterError(true)
    .addHelpText('after', `\nA first lab:  ${identity.name} example ring && weft up ring\n\n${EXIT_CODES_HELP}`);
  for (const option of SHARED_OPTIONS.always) program.addOption(commanderOption(option));
  for (const verb of verbs) program.addCommand(buildVerb(verb, program, choose), { hidden: verb.hidden === true });
  return program;
}

function buildVerb(verb: Verb, program: Command, choose: (request: Request) => void): Command {
  const command = new Command(verb.name)
    .summary(verb.summary)
    .description(verb.summary)
    .helpOption('-h, --help', 'print this help');
  if (verb.ownWords !== undefined) {
    return takeAllWords(command.helpGroup(TOOLS_GROUP)).action(() =>
      choose({ verb, words: new Words(command.args, program.opts()) }),
    );
  }
  for (const { syntax, meaning } of verb.positional) command.argument(syntax, meaning);
  for (const option of verb.options ?? []) command.addOption(commanderOption(option));
  for (const shared of verb.shares ?? []) command.addOption(commanderOption(SHARED_OPTIONS[shared]));
  for (const option of SHARED_OPTIONS.always) command.addOption(commanderOption(option).helpGroup('Options of every verb:'));
  if (verb.passThrough === true) command.passThroughOptions();
  if (verb.keepsDashes === true) keepDashes(command);
  command.addHelpText('after', `\n${verb.help.trim()}`);
  command.action(() => {
    const options: Record<string, unknown> = { ...program.opts() };
    for (const [name, value] of Object.entries(command.opts())) {
      if (command.getOptionValueSource(name) !== 'default' || !(name in options)) options[name] = value;
    }
    choose({ verb, words: new Words(command.args, options) });
  });
  return command;
}

/** Commander takes the first `--` away, and leaves the second. */
function keepDashes(command: Command): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) => {
    const at = argv.indexOf('--');
    return parse(at < 0 ? argv : argv.toSpliced(at, 0, '--'));
  };
}

/** Whatever looks like an option is a word as any other. */
function takeAllWords(command: Command): Command {
  command.parseOptions = (argv) => ({ operands: argv, unknown: [] });
  return command.argument('[words...]');
}

const TOOLS_GROUP = "Qubes' tools, which read their own words (docs/qubes-tools.md):";

/** An argument as help shows it. */
function wordOf(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

function commanderOption(option: VerbOption): Option {
  const made = new Option(option.flags, option.meaning);
  if (option.env !== undefined) made.env(option.env);
  if (option.choices !== undefined) made.choices(option.choices);
  if (option.fallback !== undefined) made.default(option.fallback);
  return made;
}

function usageError(commanderMessage: string, program: string): UsageError {
  const [first = '', ...rest] = commanderMessage.replace(/^error: /, '').split('\n');
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^D/, 'd');
  const message = first.replace("unknown command '", "unknown verb '").replace(/\.$/, '');
  return new UsageError(
    message,
    suggestion === '' ? `${program} help shows the verbs, ${program} help VERB what one takes` : suggestion,
  );
}
