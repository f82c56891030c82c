import type { LabStatus } from '../../model/lab-status.ts';
import { Refusal } from '../complaints.ts';
import { conformanceTable } from '../conformance-table.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNode } from '../lab/session.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

export const conformanceVerb: Verb = {
  name: 'conformance',
  summary: 'send telltale frames through the wires of a running lab',
  help: `Sends LLDP, STP, LACP, PAUSE, 802.1X, VLAN, QinQ and jumbo frames through each wire, both ways, and tells which arrived
unchanged at the other end. The nodes need no program for it: frames are put in and seen where their ports meet the wire; the nodes get
them, too, and they say nothing that a node would act on. A jumbo frame is as large as the link's MTU allows, 9000 bytes at most.
Without words, all links are tested. A LINK is a node, NODE:PORT, or NODE:PORT--NODE:PORT. Ends with 1 when a frame did not arrive as it was.

Examples:
  weft conformance
  weft conformance server client1:eth0
  weft conformance --json`,
  positional: [{ syntax: '[links...]', meaning: 'the links', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await requireConnection(context, await findPlace(context, words));
    const status = await connection.call('status', { ports: true });
    const ports = words.positional.flatMap((word) => portsOf(status, word));
    const links = await connection.call('conformance', ports.length === 0 ? {} : { ports });
    if (words.flag('json')) voice.printJson(links);
    else {
      voice.printAll(conformanceTable(links, voice.outPaint));
      for (const { untested } of links) if (untested !== undefined) voice.warn(`not tested: ${untested}`);
    }
    const passed = links.every(({ ways }) => ways.every(({ frames }) => frames.every(({ verdict }) => verdict === 'ok')));
    return passed ? EXIT.ok : EXIT.failed;
  },
};

/** What a word means, as `NODE:PORT` each: all ports of a node, one, or the first end of a link. */
function portsOf(status: LabStatus, word: string): string[] {
  const [name = '', port] = (word.split('--', 1)[0] ?? '').split(':');
  const node = requireNode(status, name);
  const names = node.ports.map((candidate) => candidate.name);
  if (port === undefined) return names.map((each) => `${name}:${each}`);
  if (!names.includes(port)) throw new Refusal(EXIT.failed, `${name} has no port ${port}`, nameHint(port, names));
  return [`${name}:${port}`];
}
