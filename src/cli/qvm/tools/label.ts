import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { ADMIN_VM } from '../../../api/qubes/wire/request.ts';
import { EXIT } from '../../exit-codes.ts';
import { columnTable } from '../column-table.ts';
import { inParallel } from '../in-parallel.ts';
import { qubeProperties, readProperty, setProperty } from '../properties.ts';
import { oneQube } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const labelTool: Tool = {
  name: 'label',
  summary: 'show and change the label of a node, and list the labels',
  help: `A label is a name with a colour, the property label of a node. Without a node, all labels are listed with their numbers and colours.

Examples:
  weft label
  weft label work
  weft label work red`,
  positional: [
    { syntax: '[node]', meaning: 'the node', completes: 'node' },
    { syntax: '[label]', meaning: 'its new label', completes: 'command' },
  ],
  async run({ client, print, printAll }, words) {
    const [name, label] = words.positional;
    if (name === undefined) {
      const labels = linesOf(await client.callForText('admin.label.List', ADMIN_VM));
      const ask = (what: string, argument: string) => client.callForText(`admin.label.${what}`, ADMIN_VM, { argument });
      printAll(columnTable(await inParallel(labels, async (each) => [await ask('Index', each), each, await ask('Get', each)])));
      return EXIT.ok;
    }
    const holder = qubeProperties((await oneQube(client, name)).name);
    if (label === undefined) print((await readProperty(client, holder, 'label')).value);
    else await setProperty(client, holder, 'label', label);
    return EXIT.ok;
  },
};
