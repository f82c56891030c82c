import type { Change } from '../../model/change.ts';
import { providersOf, uplinkTree } from '../../model/uplink-tree.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { runningLab, tellChange } from '../lab/change-lab.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

const HOST = 'host';
/** Which nodes stand still because of the machine's uplink. */
const PAUSED = 'feature.host-network.paused';

export const hostNetworkVerb: Verb = {
  name: 'host-network',
  summary: 'let the machine itself have its network through a node',
  help: `up pauses every running node that is not on the way, so that none can do harm, and gives the machine a routed uplink through the node, as if it were
a client of it: an interface weft0 with an address, and a default route where the machine has none. down takes it away and lets the nodes go on.
The machine's name servers stay as they are: 10.139.1.1 and 10.139.1.2 are those of the uplink. Needs root.

Examples:
  sudo weft host-network up --via sys-firewall
  sudo weft host-network down`,
  positional: [{ syntax: '<action>', meaning: 'up or down', completes: 'command' }],
  options: [{ flags: '--via <node>', meaning: 'the node that provides it', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const [action] = words.positional;
    const via = words.text('via');
    if (action !== 'up' && action !== 'down') throw new UsageError('host-network up --via NODE, or host-network down');
    if ((action === 'up') !== (via !== undefined)) {
      throw new UsageError(action === 'up' ? 'through which node? --via NODE' : 'down takes no node');
    }
    const connection = await runningLab(context, words);
    const { topology } = await connection.call('desired', {});
    const host = topology.nodes.find(({ kind }) => kind === 'host');
    if (via === undefined) {
      if (!host?.attributes['qn_netvm']) throw new Refusal(EXIT.failed, 'the machine has no uplink through this lab');
      const paused = namesIn(host.attributes[PAUSED]);
      const outcome = await connection.call('change', {
        changes: [{ change: 'node', node: host.name, attributes: { qn_netvm: null, [PAUSED]: null } }],
      });
      const there = new Set(topology.nodes.map(({ name }) => name));
      const waiting = paused.filter((name) => there.has(name));
      if (waiting.length > 0) await connection.call('pause', { nodes: waiting, paused: false });
      return tellChange(
        voice,
        words,
        outcome,
        `The machine's uplink is gone${waiting.length === 0 ? '' : `; ${waiting.join(', ')} go on`}`,
      );
    }
    const tree = uplinkTree(topology);
    const provider = tree.nodes.get(via);
    if (provider === undefined || !provider.providesNetwork) {
      const names = [...tree.nodes.values()].filter((node) => node.providesNetwork).map(({ name }) => name);
      throw new Refusal(EXIT.failed, `${via} is no node that provides network`, nameHint(via, names));
    }
    const needed = new Set([via, ...providersOf(tree, via)]);
    const { nodes } = await connection.call('status', { ports: false });
    const others = nodes.filter(({ name, state }) => state === 'running' && !needed.has(name)).map(({ name }) => name);
    if (others.length > 0) await connection.call('pause', { nodes: others, paused: true });
    // Those that an earlier call has paused are to go on in the end, too.
    const waiting = [...new Set([...namesIn(host?.attributes[PAUSED]), ...others])].filter((name) => !needed.has(name));
    const attributes = { qn_netvm: via, [PAUSED]: waiting.join(' ') };
    const changes: Change[] = [
      ...(host === undefined
        ? [{ change: 'create', node: HOST, kind: 'host', template: undefined, attributes: {} } as const]
        : []),
      { change: 'node', node: host?.name ?? HOST, attributes },
    ];
    try {
      const outcome = await connection.call('change', { changes });
      return tellChange(voice, words, outcome, `The machine has an uplink through ${via}; weft host-network down takes it away`);
    } catch (failure) {
      if (others.length > 0) await connection.call('pause', { nodes: others, paused: false });
      throw failure;
    }
  },
};

function namesIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter((name) => name !== '');
}
