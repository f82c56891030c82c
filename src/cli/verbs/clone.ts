import { changeLab, runningLab } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const cloneVerb: Verb = {
  name: 'clone',
  summary: 'add a node like another one to the running lab',
  help: `The new node has the template, the attributes and the features of the other; not its links, MACs and TCP ports, which only one node can
have. weft start NODE starts it, weft attach gives it links.

Examples:
  weft clone client1 client3`,
  positional: [
    { syntax: '<node>', meaning: 'the node to copy', completes: 'node' },
    { syntax: '<new>', meaning: 'the name of the new one', completes: 'command' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [from = '', node = ''] = words.positional;
    const connection = await runningLab(context, words);
    const changes = [{ change: 'clone', node, from }] as const;
    return await changeLab(voice, words, connection, {
      changes,
      done: `Created ${node} like ${from}; weft start ${node} starts it`,
    });
  },
};
