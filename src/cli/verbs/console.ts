import { UsageError } from '../complaints.ts';
import { attach } from '../console/attach.ts';
import { runOnConsole } from '../console/run-on-console.ts';
import { shellLine } from '../console/shell-quote.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNode, requireRunning } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

export const consoleVerb: Verb = {
  name: 'console',
  summary: "attach to a node's console, or run a command on it",
  help: `Ctrl-] opens a prompt; there q and enter leave, an empty line goes back. The node goes on, and several may watch at once.
All that the console ever printed is in NODE.console.log in the lab's directory.
With -- COMMAND the command is typed at the shell on the console (logging in as root where no password is asked), its output
printed, and its exit code is ours. Lines piped into standard input are typed, too.

Examples:
  weft console server
  weft console server -- ip -br link
  echo 'ip link' | weft console server`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[command...]', meaning: 'after --: a command to run on the console', completes: 'command' },
  ],
  options: [{ flags: '--timeout <seconds>', meaning: 'how long the command may take (default: 60)' }],
  passThrough: true,
  async run(context, words, voice) {
    const [name = '', dashes, ...command] = words.positional;
    if (dashes !== undefined && dashes !== '--')
      throw new UsageError(`put -- between the node and the command: console ${name} -- ${dashes}`);
    if (command.length === 0) return await attachTo(context, words, voice, name, 'console');
    const connection = await requireConnection(context, await findPlace(context, words));
    requireRunning(context, requireNode(await connection.call('status', { ports: false }), name));
    const timeout = words.number('timeout', 60) * 1000;
    const mark = context.freshWord();
    const result = await runOnConsole(await connection.open(name, 'console'), context.clock, shellLine(command), {
      mark,
      timeout,
    });
    context.terminal.stdout.write(result.output);
    return result.code;
  },
};

/** Joins the terminal to a node's console or monitor until the user leaves. */
export async function attachTo(
  context: Context,
  words: Words,
  voice: Voice,
  name: string,
  which: 'console' | 'monitor',
): Promise<number> {
  const qeneth = context.invokedAs === 'qeneth';
  const connection = await requireConnection(context, await findPlace(context, words));
  requireRunning(context, requireNode(await connection.call('status', { ports: false }), name));
  if (qeneth) voice.print('Trying 127.0.0.1...');
  const stream = await connection.open(name, which);
  if (qeneth) voice.print('Connected to localhost.');
  else if (context.terminal.stdin.isTty) voice.aside(voice.errPaint.dim(`Connected to ${name}. Ctrl-] then q leaves.`));
  const end = await attach(context.terminal, stream, context.clock, qeneth ? 'telnet> ' : 'weft> ');
  const last = end === 'closed' ? 'Connection closed by foreign host.' : 'Connection closed.';
  if (qeneth) voice.print(last);
  else if (context.terminal.stdin.isTty) voice.aside(end === 'closed' ? `${name} closed the connection.` : last);
  return end === 'closed' ? EXIT.failed : EXIT.ok;
}
