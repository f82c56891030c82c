import type { LabConnection } from '../../api/labs.ts';
import { HostError } from '../../boundary/host-error.ts';
import { LAB_EVENT_KINDS, type LabEvent, type LabEventKind } from '../../model/lab-event.ts';
import { UsageError } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { EventLines } from '../lab/event-line.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNodes } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

/** Pause before another engine is looked for, in milliseconds, and how often one that ends at once is replaced. */
const pause = 200;
const patience = 5;

export const eventsVerb: Verb = {
  name: 'events',
  summary: 'tell what happens in a lab: nodes, links, carriers, steps, changes',
  help: `One line an event, as it happens: time, kind, what it is about, what became of it, why. Kinds: ${LAB_EVENT_KINDS.join(', ')}.
Carriers are what the kernel shows, whoever changed them. With nodes named, only what concerns them. --json prints one JSON object a line.
Ctrl-C ends it with 0, as does \`weft down\`; 4 means that the lab is gone without having been taken down. An engine that is killed
meanwhile is started anew, which is said. docs/events.md lists all events.

Examples:
  weft events
  weft events server --kind node,carrier
  weft events --last 20 --no-follow
  weft events --json --for 60 | jq -c 'select(.state == "lost")'`,
  positional: [{ syntax: '[nodes...]', meaning: 'only what concerns these nodes', completes: 'node' }],
  options: [
    { flags: '--last <number>', meaning: 'begin with the last so many of the past (the engine remembers 10000)' },
    { flags: '--since <number>', meaning: 'begin with those of the past after the event of this number; 0: with all' },
    { flags: '--kind <kinds>', meaning: `only events of these kinds, with commas between them: ${LAB_EVENT_KINDS.join(',')}` },
    { flags: '--for <seconds>', meaning: 'end after this time' },
    { flags: '--no-follow', meaning: 'only the past: --last or --since' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const place = await findPlace(context, words);
    const connection = await requireConnection(context, place);
    const { nodes } = await connection.call('status', { ports: false });
    const known = nodes.map(({ name }) => name);
    requireNodes(words.positional, connection.name, known);
    const stopListening = context.terminal.onInterrupt(() => context.terminal.exit(EXIT.ok));
    try {
      const seconds = words.text('for') === undefined ? undefined : words.number('for', 0);
      const following = follow(context, voice, connection, wishOf(words), printer(words, voice));
      if (seconds === undefined) return await following;
      following.catch(() => undefined);
      return await Promise.race([following, context.clock.sleep(seconds * 1000, following).then(() => EXIT.ok)]);
    } finally {
      stopListening();
    }
  },
};

interface Wish {
  readonly nodes?: readonly string[];
  readonly kinds?: readonly LabEventKind[];
  readonly since?: number;
  readonly last?: number;
  readonly past?: boolean;
}

function wishOf(words: Words): Wish {
  const kinds = kindsOf(words.text('kind'));
  const past = !words.flag('follow');
  const [since, last] = [countOf(words, 'since'), countOf(words, 'last')];
  return {
    ...(words.positional.length === 0 ? {} : { nodes: words.positional }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(since === undefined && last === undefined && past ? { since: 0 } : {}),
    ...(since === undefined ? {} : { since }),
    ...(last === undefined ? {} : { last }),
    ...(past ? { past } : {}),
  };
}

function kindsOf(text: string | undefined): readonly LabEventKind[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((word) => {
      const kind = LAB_EVENT_KINDS.find((known) => known === word);
      if (kind === undefined)
        throw new UsageError(`there is no kind of event ${word}`, `there are ${LAB_EVENT_KINDS.join(', ')}`);
      return kind;
    });
}

function countOf(words: Words, name: string): number | undefined {
  const text = words.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UsageError(`--${name} needs a whole number, not ${text}`);
  return value;
}

function printer(words: Words, voice: Voice): (event: LabEvent) => void {
  if (words.flag('json')) return (event) => voice.print(JSON.stringify(event));
  const lines = new EventLines(voice.outPaint);
  return (event) => voice.print(lines.line(event));
}

/** Prints events until the lab is taken down or gone; gives the exit code. Another engine tells all that it knows: nothing is told twice. */
async function follow(
  context: Context,
  voice: Voice,
  first: LabConnection,
  wish: Wish,
  print: (event: LabEvent) => void,
): Promise<number> {
  const lab = first.name;
  let connection: LabConnection | undefined = first;
  let asked = wish;
  for (let idle = 0; idle < patience; idle++) {
    const ended = await listen(connection, asked, (event) => {
      idle = 0;
      print(event);
    });
    if (ended === 'past') return EXIT.ok;
    if (ended === 'down') {
      voice.info(`Lab ${lab} was taken down`);
      return EXIT.ok;
    }
    await context.clock.sleep(pause);
    connection = await (await context.labs()).connect(lab);
    if (connection === undefined) {
      voice.error(`lab ${lab} is gone: its sandbox was ended`, `weft down ${lab} removes what is left of it`);
      return EXIT.notRunning;
    }
    voice.warn(`the engine of lab ${lab} ended and was started anew; what happened meanwhile is not known`);
    const { last: _, ...lasting } = wish;
    asked = { ...lasting, since: 0 };
  }
  voice.error(`the engine of lab ${lab} ends again and again`, 'its log, engine.log in the runtime folder of the lab, says why');
  return EXIT.failed;
}

async function listen(
  connection: LabConnection,
  wish: Wish,
  print: (event: LabEvent) => void,
): Promise<'down' | 'engine' | 'past'> {
  try {
    return (await connection.call('events', wish, print)).ended;
  } catch (failure) {
    if (failure instanceof HostError && ['ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE'].includes(failure.code)) return 'engine';
    throw failure;
  }
}
