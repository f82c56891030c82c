import { quoted } from '../../../api/qubes/python-text.ts';
import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { byCodePoints } from '../by-code-points.ts';
import { ignoring } from '../ignoring.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import type { Tool } from '../tool.ts';

/** What may be asked for, by every name that it has. */
const ACTIONS: Readonly<Partial<Record<string, 'list' | 'add' | 'del'>>> = {
  ...{ list: 'list', ls: 'list', l: 'list' },
  ...{ add: 'add', a: 'add', set: 'add' },
  ...{ del: 'del', d: 'del', unset: 'del', u: 'del' },
};

export const tagsTool: Tool = {
  name: 'qvm-tags',
  summary: "manage a qube's tags",
  help: `list (also ls, l) prints all tags, or the one that is named, and ends with 1 where the qube lacks it; add (a, set) gives tags, del (d, unset,
u) takes them away.

Examples:
  qvm-tags work
  qvm-tags work add audited
  qvm-tags work list audited
  qvm-tags work del audited`,
  positional: [
    ONE_QUBE,
    { syntax: '[COMMAND]', meaning: 'list, add or del', completes: 'tags-action' },
    { syntax: '[TAG...]', meaning: 'the tags', completes: 'command' },
  ],
  async run({ client, print, printAll }, words) {
    const [name = '', word = 'list', ...tags] = words.positional;
    const action = ACTIONS[word];
    if (action === undefined) {
      const known = Object.keys(ACTIONS).map(quoted).join(', ');
      throw new UsageError(`argument command: invalid choice: ${quoted(word)} (choose from ${known})`);
    }
    if (action !== 'list' && tags.length === 0) throw new UsageError('the following arguments are required: tag');
    if (action === 'list' && tags.length > 1) throw new UsageError(`unrecognized arguments: ${tags.slice(1).join(' ')}`);
    const qube = (await oneQube(client, name)).name;
    const [tag] = tags;
    if (action === 'list' && tag === undefined) {
      printAll(linesOf(await client.callForText('admin.vm.tag.List', qube)).toSorted(byCodePoints));
    } else if (action === 'list') {
      if (!(await client.hasTag(qube, tag ?? ''))) return EXIT.failed;
      print(tag ?? '');
    } else {
      for (const each of tags) {
        if (action === 'add') await client.call('admin.vm.tag.Set', qube, { argument: each });
        else await ignoring('QubesTagNotFoundError', () => client.call('admin.vm.tag.Remove', qube, { argument: each }));
      }
    }
    return EXIT.ok;
  },
};
