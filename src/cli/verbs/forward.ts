import type { Desired } from '../../api/contract.ts';
import type { LabStatus } from '../../model/lab-status.ts';
import { FORWARD, isSameOutside, parsePortForwards } from '../../model/parse-port-forwards.ts';
import { portForwardWays } from '../../model/port-forward-ways.ts';
import { type PortForwardWish, portForwardText } from '../../model/port-forward-wish.ts';
import { uplinkTree } from '../../model/uplink-tree.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { whyForwardWaits } from '../forward/forward-state.ts';
import { forwardsTable, type ListedForward } from '../forward/forwards-table.ts';
import { readForward } from '../forward/read-forward.ts';
import { changeLab, requireNodesOf, runningLab } from '../lab/change-lab.ts';
import { desiredNode } from '../lab/desired-node.ts';
import type { Verb } from '../verb.ts';
import type { Words } from '../words.ts';

export const forwardVerb: Verb = {
  name: 'forward',
  summary: 'let a port of a node be reached from outside, through all its providers',
  help: `The port is opened at the last provider above the node, or at that of --from, for whoever asks from elsewhere than its clients, and led
down from one provider to the next; at the node it is let in. PORT alone is the same at both ends. Without a protocol, lists what is
forwarded to the node, and why it waits where it does. What changes is kept as qn_forward in the topology, at once and without any
restart. docs/port-forwarding.md says what happens at each hop.

Examples:
  weft forward work
  weft forward work tcp 8080:80
  weft forward work udp 53 --from sys-firewall
  weft forward work tcp 8080 --remove
  weft forward work --remove
  weft forward work --raw`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[protocol]', meaning: 'tcp or udp', completes: 'forward-protocol' },
    { syntax: '[ports]', meaning: 'OUTER:INNER, or one for both', completes: 'command' },
  ],
  options: [
    { flags: '--from <provider>', meaning: 'open it there (default: the last provider above the node)', completes: 'node' },
    { flags: '-D, --remove', meaning: 'forward it no longer; without a protocol: nothing any more' },
    { flags: '--raw', meaning: 'list ports as the file has them' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', proto, ports] = words.positional;
    const from = words.text('from');
    const edit = editOf(words, name, { proto, ports, from });
    const connection = await runningLab(context, words);
    const desired = await desiredNode(connection, name);
    const value = desired.node.attributes[FORWARD] ?? '';
    const forwards = parsePortForwards(value, name).forwards.map(({ wish }) => wish);
    if (edit === undefined) {
      const listed = listing(name, forwards, desired, await connection.call('status', { ports: false }));
      if (words.flag('json')) voice.printJson(listed);
      else voice.printAll(words.flag('raw') ? forwards.map(portForwardText) : forwardsTable(name, listed));
      return EXIT.ok;
    }
    if (from !== undefined) await requireNodesOf(connection, [from]);
    const { next, done } = edit(forwards);
    const text = next.length === 0 ? null : next.map(portForwardText).join('\n');
    const attributes = { [FORWARD]: text };
    return await changeLab(voice, words, connection, { changes: [{ change: 'node', node: name, attributes }], done });
  },
};

/** What the forwarded ports of a node become, and what to tell. */
type Edit = (before: readonly PortForwardWish[]) => { readonly next: readonly PortForwardWish[]; readonly done: string };

interface Given {
  readonly proto: string | undefined;
  readonly ports: string | undefined;
  readonly from: string | undefined;
}

/** What the words ask for; undefined where only a list is wanted. A UsageError where they cannot be understood. */
function editOf(words: Words, node: string, { proto, ports, from }: Given): Edit | undefined {
  const remove = words.flag('remove');
  if (proto === undefined) {
    if (from !== undefined)
      throw new UsageError('--from needs a protocol and a port', 'weft forward NODE tcp 8080:80 --from PROVIDER');
    return remove ? () => ({ next: [], done: `Nothing is forwarded to ${node} any more` }) : undefined;
  }
  if (words.flag('raw')) throw new UsageError('--raw belongs to the list');
  const wish = readForward(node, { proto, ports, from });
  if (!remove) return (before) => ({ next: withForward(before, wish), done: `${portForwardText(wish)} is forwarded to ${node}` });
  const fits = (other: PortForwardWish) =>
    other.proto === wish.proto &&
    other.port === wish.port &&
    (ports?.includes(':') !== true || other.targetPort === wish.targetPort) &&
    (from === undefined || other.provider === from);
  return (before) => {
    const gone = before.filter(fits);
    if (gone.length === 0) {
      throw new Refusal(
        EXIT.failed,
        `${portForwardText(wish)} is not forwarded to ${node}`,
        `weft forward ${node} lists what is`,
      );
    }
    return {
      next: before.filter((other) => !gone.includes(other)),
      done: `${gone.map(portForwardText).join(', ')} is no longer forwarded to ${node}`,
    };
  };
}

/** In the place of one with the same outer port, where there is one. */
function withForward(before: readonly PortForwardWish[], wish: PortForwardWish): readonly PortForwardWish[] {
  const at = before.findIndex((other) => isSameOutside(other, wish));
  return at < 0 ? [...before, wish] : before.with(at, wish);
}

function listing(
  node: string,
  forwards: readonly PortForwardWish[],
  desired: Desired,
  status: LabStatus,
): readonly ListedForward[] {
  const { ways, faults } = portForwardWays(desired.topology, uplinkTree(desired.topology));
  return forwards.map((wish) => {
    const isOurs = (each: { readonly wish: PortForwardWish }) => isSameOutside(each.wish, wish);
    const way = ways.find((each) => each.target === node && isOurs(each));
    const fault = faults.find((each) => each.node === node && isOurs(each));
    const waits = way === undefined ? fault?.message : whyForwardWaits(way, status, desired);
    return { ...wish, providers: way?.providers ?? [], waits };
  });
}
