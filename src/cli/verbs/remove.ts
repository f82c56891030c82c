import { changeLab, runningLab } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const removeVerb: Verb = {
  name: 'remove',
  summary: 'take stopped nodes and their links out of the lab',
  help: `Nodes that run have to be stopped first, or are with --force. Disks and logs stay; generated files of the node go.

Examples:
  weft remove client3
  weft remove --force client3`,
  positional: [{ syntax: '<nodes...>', meaning: 'the nodes', completes: 'node' }],
  options: [{ flags: '-f, --force', meaning: 'stop them first' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    if (words.flag('force')) await connection.call('stop', { nodes: words.positional });
    const changes = words.positional.map((node) => ({ change: 'remove', node }) as const);
    return await changeLab(voice, words, connection, { changes, done: `Removed ${words.positional.join(', ')}` });
  },
};
