import type { Responses } from '../../api/contract.ts';
import type { LabStatus } from '../../model/lab-status.ts';
import { saveRecording, whileRecorded } from '../capture/save-recording.ts';
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
Without words, all links are tested. A LINK is a node, NODE:PORT, or NODE:PORT--NODE:PORT. Ends with 1 when a frame did not arrive as it was;
then -w keeps what the flight recorder saw at both ends of the tested links.

Examples:
  weft conformance
  weft conformance server client1:eth0
  weft conformance -w failed.pcapng
  weft conformance --json`,
  positional: [{ syntax: '[links...]', meaning: 'the links', completes: 'capture-word' }],
  options: [{ flags: '-w, --write <file>', meaning: 'where the frames of a failed test go, as pcapng', completes: 'path' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await requireConnection(context, await findPlace(context, words));
    const status = await connection.call('status', { ports: true });
    const ports = words.positional.flatMap((word) => portsOf(status, word));
    const target = words.text('write');
    const test = () => connection.call('conformance', ports.length === 0 ? {} : { ports });
    let frames: number | undefined;
    const testAndKeep = async () => {
      const links = await test();
      if (target !== undefined && !passes(links)) frames = await saveRecording(context, connection, [], target);
      return links;
    };
    const links = target === undefined ? await test() : await whileRecorded(connection, endsOf(status, ports), testAndKeep);
    if (words.flag('json')) voice.printJson(links);
    else {
      voice.printAll(conformanceTable(links, voice.outPaint));
      for (const { untested } of links) if (untested !== undefined) voice.warn(`not tested: ${untested}`);
    }
    if (frames !== undefined) voice.info(`${frames} frames written to ${target}`);
    return passes(links) ? EXIT.ok : EXIT.failed;
  },
};

function passes(links: Responses['conformance']): boolean {
  return links.every(({ ways }) => ways.every(({ frames }) => frames.every(({ verdict }) => verdict === 'ok')));
}

/** The ports and those at their other ends, or all; of running nodes. */
function endsOf({ nodes }: LabStatus, ports: readonly string[]): string[] {
  const running = nodes.filter(({ pid }) => pid !== undefined);
  const own = running.flatMap(({ name, ports: all }) => all.map((port) => ({ label: `${name}:${port.name}`, peer: port.peer })));
  return own.flatMap(({ label, peer }) => (ports.length === 0 || ports.includes(label) || ports.includes(peer) ? [label] : []));
}

/** What a word means, as `NODE:PORT` each: all ports of a node, one, or the first end of a link. */
function portsOf(status: LabStatus, word: string): string[] {
  const [name = '', port] = (word.split('--', 1)[0] ?? '').split(':');
  const node = requireNode(status, name);
  const names = node.ports.map((candidate) => candidate.name);
  if (port === undefined) return names.map((each) => `${name}:${each}`);
  if (!names.includes(port)) throw new Refusal(EXIT.failed, `${name} has no port ${port}`, nameHint(port, names));
  return [`${name}:${port}`];
}
