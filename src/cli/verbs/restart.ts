import { findPlace } from '../lab/place.ts';
import { stopNodes } from '../lab/run-lab.ts';
import { connectionTo, requireNodes } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import { startNodes, startVerb } from './start.ts';

export const restartVerb: Verb = {
  name: 'restart',
  summary: 'stop nodes and start them again; all of them where none is named',
  help: `The disks of nodes are kept.

Examples:
  weft restart
  weft restart server --wait`,
  positional: [{ syntax: '[nodes...]', meaning: 'the nodes to restart', completes: 'node' }],
  options: startVerb.options ?? [],
  shares: ['template', 'yes'],
  async run(context, words, voice) {
    const place = await findPlace(context, words);
    const connection = await connectionTo(context, place);
    if (connection !== undefined) {
      const status = await connection.call('status', { ports: false });
      requireNodes(
        words.positional,
        connection.name,
        status.nodes.map(({ name }) => name),
      );
      await stopNodes(context, voice, connection, words.positional, false, true);
    }
    return await startNodes(context, voice, place, words);
  },
};
