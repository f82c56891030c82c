import { requireNodesOf, runningLab, tellChange } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const unpauseVerb: Verb = {
  name: 'unpause',
  summary: 'let paused nodes go on',
  help: `Connections of attach-network-to that waited for it are made at once.

Examples:
  weft unpause client1`,
  positional: [{ syntax: '<nodes...>', meaning: 'the nodes', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    await requireNodesOf(connection, words.positional);
    const outcome = await connection.call('pause', { nodes: words.positional, paused: false });
    return tellChange(
      voice,
      words,
      outcome,
      `${words.positional.join(', ')} ${words.positional.length === 1 ? 'goes' : 'go'} on`,
    );
  },
};
