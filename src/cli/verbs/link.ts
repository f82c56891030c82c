import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection, requireNode } from '../lab/session.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

export const linkVerb: Verb = {
  name: 'link',
  summary: 'plug a port in or out',
  help: `Turns the physical link of a port on or off, as pulling the cable does: both ends lose their carrier.

Examples:
  weft link server eth0 off
  weft link server eth0 on`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '<port>', meaning: 'its port', completes: 'port' },
    { syntax: '<on|off>', meaning: 'the wanted state', completes: 'on-off' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', port = '', wanted = ''] = words.positional;
    if (wanted !== 'on' && wanted !== 'off') throw new UsageError(`a link is on or off, not ${wanted}`);
    const connection = await requireConnection(context, await findPlace(context, words));
    const node = requireNode(await connection.call('status', { ports: true }), name);
    if (!node.ports.some((candidate) => candidate.name === port)) {
      throw new Refusal(
        EXIT.failed,
        `${name} has no port ${port}`,
        nameHint(
          port,
          node.ports.map((candidate) => candidate.name),
        ),
      );
    }
    const status = await connection.call('link', { node: name, port, on: wanted === 'on' });
    if (words.flag('json')) voice.printJson(status);
    else voice.info(`Link of ${name}:${port} is ${wanted}`);
    return EXIT.ok;
  },
};
