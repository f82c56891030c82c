import type { LabConnection } from '../../api/labs.ts';
import {
  type Conditions,
  conditionAttributes,
  conditionsFault,
  conditionWords,
  IMPAIRMENTS,
} from '../../model/link-conditions.ts';
import type { LinkState, WayState } from '../../model/link-state.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { conditionedWays, conditionsTable } from '../impair/conditions-table.ts';
import { readSettings, type Settings } from '../impair/read-settings.ts';
import { findPlace } from '../lab/place.ts';
import { requirePort, splitPort } from '../lab/require-port.ts';
import { requireConnection } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

export const impairVerb: Verb = {
  name: 'impair',
  summary: 'delay, lose or slow down what goes through a link',
  help: `Settings are pairs of words: ${IMPAIRMENTS.join(', ')}, and a value such as 20ms, 1% or 1mbit; none ends one.
What is not named stays. They hold for what the port sends; --to is for what it receives, --both for the two. The change is made at once and
kept, as qn_delay and the like in the topology. Without settings, shows what is in force, as the kernel says; without a port, of all links.
docs/link-conditions.md says what each means and what it takes.

Examples:
  weft impair client1:eth0 delay 20ms jitter 5ms loss 1%
  weft impair server:eth0 rate 1mbit --both
  weft impair client1:eth0 loss none
  weft impair client1:eth0 --clear --both
  weft impair`,
  positional: [
    { syntax: '[port]', meaning: 'NODE:PORT', completes: 'capture-word' },
    { syntax: '[settings...]', meaning: 'names and values', completes: 'impairment' },
  ],
  options: [
    { flags: '--both', meaning: 'what the port sends and what it receives' },
    { flags: '--to', meaning: 'what the port receives' },
    { flags: '--clear', meaning: 'end all conditions, cuts too' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [port, ...given] = words.positional;
    const settings = readSettings(given);
    const connection = await requireConnection(context, await findPlace(context, words));
    if (port === undefined) {
      if (words.flag('clear')) throw new UsageError('which port is to be cleared?', 'weft impair NODE:PORT --clear');
      return show(await connection.call('conditions', {}), voice, words, conditionedWays);
    }
    await requirePort(connection, ...splitPort(port));
    const [link] = await connection.call('conditions', { ports: [port] });
    if (link === undefined) throw new Error(`no link at ${port}`);
    if (given.length === 0 && !words.flag('clear'))
      return show([link], voice, words, (links) => links.flatMap(({ ways }) => ways));
    await change(connection, link, port, settings, words);
    const after = await connection.call('conditions', { ports: [port] });
    if (words.flag('json')) voice.printJson(after);
    else for (const way of after.flatMap(({ ways }) => ways)) if (concerns(way, port, words)) voice.info(told(way));
    return EXIT.ok;
  },
};

function show(
  links: readonly LinkState[],
  voice: Voice,
  words: Words,
  select: (links: readonly LinkState[]) => readonly WayState[],
): number {
  if (words.flag('json')) voice.printJson(links);
  else {
    const lines = conditionsTable(select(links), voice.outPaint);
    if (lines.length === 0) voice.info('every link is a plain cable');
    voice.printAll(lines);
    for (const { refused } of links) if (refused !== undefined) voice.warn(refused);
  }
  return EXIT.ok;
}

async function change(
  connection: LabConnection,
  { link, ways }: LinkState,
  port: string,
  settings: Settings,
  words: Words,
): Promise<void> {
  const [tail, head] = ways.map((way) => (concerns(way, port, words) ? changed(way.wanted, settings, words) : way.wanted));
  if (tail === undefined || head === undefined) throw new Error(`${link} has no two ways`);
  for (const conditions of [tail, head]) {
    const fault = conditionsFault(conditions);
    if (fault !== undefined) throw new UsageError(fault, 'add a delay: delay 20ms');
  }
  const attributes = conditionAttributes({ tail, head });
  const { failures } = await connection.call('change', { changes: [{ change: 'link', link, attributes }] });
  const [failure] = failures;
  if (failure !== undefined) throw new Refusal(EXIT.failed, failure.message, failure.hint);
}

function changed(before: Conditions, settings: Settings, words: Words): Conditions {
  const kept = words.flag('clear') ? {} : before;
  return Object.fromEntries(Object.entries({ ...kept, ...settings }).filter(([, value]) => value !== undefined));
}

/** Whether a way is one of those that the command is about. */
function concerns(way: WayState, port: string, words: Words): boolean {
  return words.flag('both') || (words.flag('to') ? way.to : way.from) === port;
}

function told({ from, to, inForce }: WayState): string {
  return `From ${from} to ${to}: ${conditionWords(inForce).join(' ') || 'as it comes'}`;
}
