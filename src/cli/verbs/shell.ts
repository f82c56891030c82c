import { isNamespace } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNode, requireRunning } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import { attachTo } from './console.ts';

export const shellVerb: Verb = {
  name: 'shell',
  summary: 'a shell in a node',
  help: `In a namespace node your own shell ($SHELL), in a virtual machine its console.

Examples:
  weft shell r1`,
  positional: [{ syntax: '<node>', meaning: 'the node', completes: 'node' }],
  async run(context, words, voice) {
    const name = words.positional[0] ?? '';
    const connection = await requireConnection(context, await findPlace(context, words));
    const node = requireRunning(context, requireNode(await connection.call('status', { ports: false }), name));
    if (!isNamespace(node)) return await attachTo(context, words, voice, name, 'console');
    const shell = context.environment['SHELL'] || '/bin/sh';
    const program = await onOwnTerminal(context, shell);
    const { argv, environment } = await (await context.labs()).enter(connection.name, node, program);
    return await context.terminal.runForeground(argv, { environment });
  },
};

/**
 * The shell on a terminal of its own, by script(1), where there is one: ours belongs to a session outside the node's PID namespace, and a
 * shell without a session there has no job control (dash does not even start).
 */
async function onOwnTerminal({ commands, terminal }: Context, shell: string): Promise<readonly string[]> {
  const script = terminal.stdin.isTty ? await commands.find('script') : undefined;
  return script === undefined ? [shell] : [script, '--quiet', '--return', '--flush', '--command', shell, '/dev/null'];
}
