import { requireNodesOf, runningLab, tellChange } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const pauseVerb: Verb = {
  name: 'pause',
  summary: 'make nodes stand still',
  help: `Virtual processors, or the processes of a namespace node, stop; links stay. New connections of attach-network-to wait for unpause.

Examples:
  weft pause client1
  weft unpause client1`,
  positional: [{ syntax: '<nodes...>', meaning: 'the nodes', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    await requireNodesOf(connection, words.positional);
    const outcome = await connection.call('pause', { nodes: words.positional, paused: true });
    return tellChange(voice, words, outcome, `Paused ${words.positional.join(', ')}`);
  },
};
