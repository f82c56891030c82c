import type { LabConnection } from '../../api/labs.ts';
import { decodeBase64, encodeBase64 } from '../../model/base64.ts';
import type { NodeStatus } from '../../model/lab-status.ts';
import { isNamespace } from '../../model/topology.ts';
import { UsageError } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNode, requireRunning } from '../lab/session.ts';
import { readAll } from '../read-all.ts';
import type { Verb } from '../verb.ts';
import type { Words } from '../words.ts';

export const execVerb: Verb = {
  name: 'exec',
  summary: 'run a command in a node',
  help: `In a virtual machine the command runs through its guest agent, in a namespace node directly on this terminal. Output, error
output and exit code are the command's own. A shell's syntax needs a shell: exec NODE -- sh -c 'ip link | wc -l'.
With --all the command runs in one node after the other, and the worst exit code counts.

Examples:
  weft exec server -- ip -br addr
  weft exec client1 ping -c 3 10.0.0.1
  weft exec --all -- ip -br link
  weft exec --stdin server -- nft -f - < rules.nft`,
  positional: [
    { syntax: '[node]', meaning: 'the node', completes: 'node' },
    { syntax: '[command...]', meaning: 'the command and its words', completes: 'command' },
  ],
  options: [
    { flags: '-a, --all', meaning: 'in every running node' },
    { flags: '-i, --stdin', meaning: 'give the command our standard input' },
    { flags: '--timeout <seconds>', meaning: 'how long it may take in a virtual machine (default: 600)' },
  ],
  passThrough: true,
  async run(context, words) {
    const all = words.flag('all');
    const node = all ? undefined : words.positional[0];
    const rest = all ? words.positional : words.positional.slice(1);
    const command = rest[0] === '--' ? rest.slice(1) : rest;
    if (!all && node === undefined) throw new UsageError('which node?', 'exec NODE -- COMMAND, or exec --all -- COMMAND');
    if (command.length === 0)
      throw new UsageError('which command?', `exec ${node ?? '--all'} -- COMMAND; weft shell NODE gives a shell`);
    const connection = await requireConnection(context, await findPlace(context, words));
    const status = await connection.call('status', { ports: false });
    if (node !== undefined)
      return await execIn(context, connection, requireRunning(context, requireNode(status, node)), command, words);
    let worst: number = EXIT.ok;
    for (const each of status.nodes.filter(({ pid, state }) => pid !== undefined && state === 'running')) {
      context.terminal.stdout.write(`== ${each.name}\n`);
      worst = Math.max(worst, await execIn(context, connection, requireRunning(context, each), command, words));
    }
    return worst;
  },
};

async function execIn(
  context: Context,
  connection: LabConnection,
  node: NodeStatus & { pid: number },
  command: readonly string[],
  words: Words,
): Promise<number> {
  if (isNamespace(node)) {
    const { argv, environment } = await (await context.labs()).enter(connection.name, node, command);
    return await context.terminal.runForeground(argv, { environment });
  }
  const input = words.flag('stdin') ? { input: encodeBase64(await readAll(context.terminal.stdin)) } : {};
  const result = await connection.call('exec', {
    node: node.name,
    argv: [...command],
    timeout: words.number('timeout', 600),
    ...input,
  });
  context.terminal.stdout.write(decodeBase64(result.stdout) ?? '');
  context.terminal.stderr.write(decodeBase64(result.stderr) ?? '');
  if (result.truncated)
    context.terminal.stderr.write(`weft: ${node.name} wrote more than its agent keeps, 16 MiB; the rest is lost\n`);
  return result.code;
}
