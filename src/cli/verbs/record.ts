import type { LabConnection } from '../../api/labs.ts';
import type { Recording } from '../../model/recording.ts';
import { saveRecording } from '../capture/save-recording.ts';
import { UsageError } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection } from '../lab/session.ts';
import { textTable } from '../text-table.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

const MEGABYTE = 1024 * 1024;

export const recordVerb: Verb = {
  name: 'record',
  summary: 'keep the last frames of every link, to be looked at when something went wrong',
  help: `\`record on\` keeps the last frames of ports in memory, each port's in a ring of --size; of every link of the lab where no port is
named, those that are made later included. \`record dump\` writes what is kept now to a pcapng file, ordered by time, and goes on.
\`record off\` forgets all. Without a word it shows what is kept. The rings are in the lab's engine: they end
with it, and an engine that comes after one which was killed records on with nothing of the past.

Examples:
  weft record on
  weft record on server:eth0 client1 --size 4M
  weft record dump -w before-the-crash.pcapng
  weft record off`,
  positional: [
    { syntax: '[action]', meaning: 'on, off or dump', completes: 'record-action' },
    { syntax: '[ports...]', meaning: 'NODE:PORT, a node or a link', completes: 'capture-word' },
  ],
  options: [
    { flags: '--size <size>', meaning: 'memory for each port: bytes, or with K, M or G (default: 1M; all ports together 256M)' },
    { flags: '-s, --snaplen <bytes>', meaning: 'keep only so much of a frame (default: all)' },
    { flags: '-w, --write <file>', meaning: 'where dump writes; - is standard output', completes: 'path' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [action = 'show', ...ports] = words.positional;
    if (action !== 'on' && action !== 'off' && action !== 'dump' && action !== 'show') {
      throw new UsageError(`there is no record ${action}`, 'there are: on off dump');
    }
    const size = sizeOf(words.text('size') ?? '1M');
    const connection = await requireConnection(context, await findPlace(context, words));
    if (action === 'dump') return await dump(context, connection, ports, words, voice);
    if (action !== 'on') return report(await connection.call('record', { action }), words, voice);
    const snaplen = words.text('snaplen') === undefined ? 0 : Math.ceil(words.number('snaplen', 0));
    const all = ports.length === 0;
    const chosen = await namedPorts(connection, ports, all);
    for (const { port, reason } of chosen.left) voice.warn(`${port} is left out: ${reason}`);
    return report(await connection.call('record', { action, ports: chosen.ports, all, size, snaplen }), words, voice);
  },
};

/** What the words mean, which must all be ports. */
async function namedPorts(connection: LabConnection, words: readonly string[], all: boolean) {
  const meaning = await connection.call('capture', { words, all });
  if (meaning.filter !== '') throw new UsageError(`there is no port, node or link ${meaning.filter.split(' ')[0]}`);
  return meaning;
}

async function dump(
  context: Context,
  connection: LabConnection,
  words: readonly string[],
  options: Words,
  voice: Voice,
): Promise<number> {
  const target = options.text('write');
  if (target === undefined) throw new UsageError('where to?', 'record dump -w FILE');
  if (target === '-' && context.terminal.stdout.isTty) throw new UsageError('pcapng is not for a terminal', 'name a file');
  const ports = words.length === 0 ? [] : (await namedPorts(connection, words, false)).ports;
  const frames = await saveRecording(context, connection, ports, target);
  voice.info(`${frames} frame${frames === 1 ? '' : 's'} written${target === '-' ? '' : ` to ${target}`}`);
  return EXIT.ok;
}

function report(recording: Recording, words: Words, voice: Voice): number {
  if (words.flag('json')) voice.printJson(recording);
  else if (!recording.on) voice.info('The flight recorder is off');
  else if (recording.ports.length === 0) voice.info('The flight recorder is on, and the lab has no links yet');
  else {
    const rows = recording.ports.map(({ port, frames, bytes }) => [port, String(frames), String(bytes), String(recording.size)]);
    voice.printAll(
      textTable([{ title: 'PORT' }, ...['FRAMES', 'BYTES', 'OF'].map((title) => ({ title, align: 'right' as const }))], rows),
    );
  }
  return EXIT.ok;
}

function sizeOf(text: string): number {
  const found = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text);
  const factor = { '': 1, K: 1024, M: MEGABYTE, G: 1024 * MEGABYTE }[(found?.[2] ?? '').toUpperCase()] ?? 1;
  const size = Math.round(Number(found?.[1] ?? 0) * factor);
  if (size < 4096) throw new UsageError(`--size needs at least 4K, not ${text}`);
  return size;
}
