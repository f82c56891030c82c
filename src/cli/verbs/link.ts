import { UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requirePort } from '../lab/require-port.ts';
import { requireConnection } from '../lab/session.ts';
import { readSeconds } from '../read-seconds.ts';
import type { Verb } from '../verb.ts';
import type { Words } from '../words.ts';

export const linkVerb: Verb = {
  name: 'link',
  summary: 'plug a port in or out',
  help: `Turns the physical link of a port on or off, as pulling the cable does: both ends lose their carrier. With --one-way, what the port
sends is lost, while both carriers stay and the other direction goes on.
With --for it is as before after a time, by itself; with --every, too, it goes on so until the link is turned on. The lab sees to that, so the
command ends at once and may be interrupted; if the lab's engine is killed, the next one finds the link as it was before.

Examples:
  weft link server eth0 off
  weft link server eth0 on
  weft link server eth0 off --one-way
  weft link server eth0 off --for 5s
  weft link server eth0 off --for 2s --every 10s`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '<port>', meaning: 'its port', completes: 'port' },
    { syntax: '<on|off>', meaning: 'the wanted state', completes: 'on-off' },
  ],
  options: [
    { flags: '--one-way', meaning: 'only what the port sends' },
    { flags: '--for <time>', meaning: 'for this time, such as 5s' },
    { flags: '--every <time>', meaning: 'again and again, so far apart; needs --for' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [node = '', port = '', wanted = ''] = words.positional;
    if (wanted !== 'on' && wanted !== 'off') throw new UsageError(`a link is on or off, not ${wanted}`);
    const times = timesOf(words);
    const oneWay = words.flag('oneWay');
    const connection = await requireConnection(context, await findPlace(context, words));
    await requirePort(connection, node, port);
    const status = await connection.call('link', { node, port, on: wanted === 'on', oneWay, ...times });
    if (words.flag('json')) voice.printJson(status);
    else voice.info(`${oneWay ? 'What' : 'Link of'} ${node}:${port}${oneWay ? ' sends' : ''} is ${wanted}${shown(words)}`);
    return EXIT.ok;
  },
};

function timesOf(words: Words): { readonly lasts?: number; readonly every?: number } {
  const [lasts, every] = [readSeconds('for', words.text('for')), readSeconds('every', words.text('every'))];
  if (every !== undefined && lasts === undefined) throw new UsageError('--every needs --for, the time that it is so');
  if (every !== undefined && lasts !== undefined && every <= lasts) throw new UsageError('--every must be longer than --for');
  return { ...(lasts === undefined ? {} : { lasts }), ...(every === undefined ? {} : { every }) };
}

function shown(words: Words): string {
  const [lasts, every] = [words.text('for'), words.text('every')];
  return `${lasts === undefined ? '' : ` for ${lasts}`}${every === undefined ? '' : `, every ${every}`}`;
}
