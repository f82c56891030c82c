import { uplinkTree } from '../../model/uplink-tree.ts';
import { nodeDatabase } from '../../routing/node-database.ts';
import { Refusal } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { runningLab } from '../lab/change-lab.ts';
import { desiredNode } from '../lab/desired-node.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

export const qubesdbVerb: Verb = {
  name: 'qubesdb',
  summary: 'what a node may read of its own network, by the keys of QubesDB',
  help: `Without a key, all of them. In the small guest, qubesdb-read KEY and qubesdb-list [PREFIX] read the same.

Examples:
  weft qubesdb work
  weft qubesdb work /qubes-ip`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[key]', meaning: 'the key', completes: 'command' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', key] = words.positional;
    const connection = await runningLab(context, words);
    const { numbers, topology } = await desiredNode(connection, name);
    const now = context.secondsSince1970();
    const entries = nodeDatabase({ topology, tree: uplinkTree(topology), numbers, now }, name);
    if (key === undefined) {
      if (words.flag('json')) voice.printJson(Object.fromEntries(entries));
      else voice.printAll([...entries].map(([each, value]) => `${each} = ${value}`));
      return EXIT.ok;
    }
    const value = entries.get(key);
    if (value === undefined) throw new Refusal(EXIT.failed, `${name} has no ${key}`, nameHint(key, [...entries.keys()]));
    voice.print(value);
    return EXIT.ok;
  },
};
