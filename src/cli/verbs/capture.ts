import type { CaptureMeaning } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import { CaptureTaker } from '../capture/capture-taker.ts';
import { Refusal, UsageError } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection } from '../lab/session.ts';
import { resolvePath } from '../paths.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

export const captureVerb: Verb = {
  name: 'capture',
  summary: 'capture the frames of ports, while everything runs',
  help: `Ports are NODE:PORT, a node (all its ports; at a hub, all that are joined to it) or a link's id TAIL:PORT--HEAD:PORT. Any number of
them make one stream in the order of time; directions are those that the node sees. The words after the ports, at the latest after --, are
a filter in tcpdump's language (man pcap-filter), applied to frames as they are on the wire: tagged ones need vlan.
On the terminal a frame is a line; -w writes pcapng whose interfaces are named NODE:PORT. Nothing is stopped for a capture, and nodes do not
notice it. It goes on while nodes are restarted or links are made anew; --all takes in links that are made later. Ctrl-C ends it.
docs/capture.md says more.

Examples:
  weft capture server:eth0
  weft capture server:eth0 client1 icmp or arp
  weft capture --all -w lab.pcapng --for 10
  weft capture server:eth0 -w - | wireshark -k -i -
  weft capture server:eth0 -- host 10.0.0.1 and tcp port 80`,
  positional: [{ syntax: '[words...]', meaning: 'ports, then a filter', completes: 'capture-word' }],
  options: [
    { flags: '-a, --all', meaning: 'every link of the lab, each at one end' },
    { flags: '-w, --write <file>', meaning: 'write pcapng to a file, or with - to standard output', completes: 'path' },
    { flags: '-c, --count <frames>', meaning: 'end after so many frames' },
    { flags: '--for <seconds>', meaning: 'end after this time' },
    { flags: '-s, --snaplen <bytes>', meaning: 'keep only so much of a frame (default: all)' },
  ],
  keepsDashes: true,
  async run(context, words, voice) {
    const all = words.flag('all');
    if (words.positional.length === 0 && !all) throw new UsageError('which port?', 'capture NODE:PORT, or capture --all');
    const target = words.text('write');
    if (target === '-' && context.terminal.stdout.isTty) {
      throw new UsageError('pcapng is not for a terminal', 'pipe it: weft capture ... -w - | wireshark -k -i -');
    }
    const connection = await requireConnection(context, await findPlace(context, words));
    const meaning = await connection.call('capture', { words: words.positional, all });
    for (const { port, reason } of meaning.left) voice.warn(`${port} is left out: ${reason}`);
    return await capture(context, connection, meaning, words, voice);
  },
};

async function capture(
  context: Context,
  connection: LabConnection,
  { ports, filter }: CaptureMeaning,
  words: Words,
  voice: Voice,
): Promise<number> {
  const { terminal, clock, sinks } = context;
  const target = words.text('write');
  const count = words.number('count', Number.POSITIVE_INFINITY);
  const seconds = words.text('for') === undefined ? undefined : words.number('for', 0);
  const snaplen = words.text('snaplen') === undefined ? 0 : Math.ceil(words.number('snaplen', 0));
  const stream = await connection.capture({ ports, all: words.flag('all'), filter, snaplen });
  const sink =
    target === undefined || target === '-' ? sinks.standardOutput() : await sinks.file(resolvePath(context.directory, target));
  const taker = new CaptureTaker(stream, sink, { form: target === undefined ? 'lines' : 'pcapng', count, zone: zoneAt });
  const stopListening = terminal.onInterrupt(() => taker.stop());
  try {
    voice.info(
      `Capturing ${words.flag('all') ? 'all links' : named(ports)}${filter === '' ? '' : `, ${filter}`}; Ctrl-C ends it`,
    );
    const running = taker.run();
    if (seconds !== undefined) void clock.sleep(seconds * 1000, running).then(() => taker.stop());
    const { frames, dropped, complete, asked } = await running;
    if (!complete) throw new Refusal(EXIT.failed, `the engine ended, and with it the capture, after ${plural(frames, 'frame')}`);
    if (!asked) voice.warn('the engine of the lab ended, and with it the capture');
    voice.info(`${plural(frames, 'frame')} captured, ${dropped} dropped`);
    return EXIT.ok;
  } finally {
    stopListening();
  }
}

function named(ports: readonly string[]): string {
  return ports.length <= 8 ? ports.join(', ') : `${ports.slice(0, 7).join(', ')} and ${ports.length - 7} more`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function zoneAt(seconds: number): number {
  return -new Date(seconds * 1000).getTimezoneOffset();
}
