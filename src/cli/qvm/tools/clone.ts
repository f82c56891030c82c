import { EXIT } from '../../exit-codes.ts';
import { cloneQube } from '../clone-qube.ts';
import { poolsIn } from '../create-qube.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const cloneTool: Tool = {
  name: 'qvm-clone',
  summary: 'clone a qube',
  help: `The new qube has the properties, tags, features, firewall rules and disks of the other, and addresses of its own.

Example:
  qvm-clone work work-2`,
  positional: [ONE_QUBE, { syntax: '<NEWVM>', meaning: 'name of the new qube', completes: 'command' }],
  options: [
    { flags: '-C, --class <class>', meaning: 'the class of the new qube; that of the other where left out' },
    { flags: '--ignore-errors', meaning: 'go on where something cannot be copied' },
    { flags: '-P <pool>', meaning: 'the pool of all volumes' },
    { flags: '-p, --pool <volume=pool>', meaning: 'the pool of a volume', repeats: true },
  ],
  async run(desk, words) {
    const [from = '', name = ''] = words.positional;
    const pools = poolsIn(words);
    const source = await oneQube(desk.client, from);
    const qubeClass = words.text('class') ?? source.class;
    await cloneQube(desk, { source, name, qubeClass, pools, ignoresErrors: words.flag('ignoreErrors') });
    return EXIT.ok;
  },
};
