import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { columnTable } from '../column-table.ts';
import { ignoring } from '../ignoring.ts';
import { inParallel } from '../in-parallel.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const featuresTool: Tool = {
  name: 'qvm-features',
  summary: "manage a qube's features",
  help: `Without a feature, all of them are listed. An empty value means false; to print a feature that is not set ends with 1.

Examples:
  qvm-features sys-net ipv6 1
  qvm-features work ipv6 ''
  qvm-features B attach-network-to 'F frontend_mac=12:34:56:78:90:ab'
  qvm-features --unset B attach-network-to`,
  positional: [
    ONE_QUBE,
    { syntax: '[FEATURE]', meaning: 'name of the feature', completes: 'command' },
    { syntax: '[VALUE]', meaning: 'its new value', completes: 'command' },
  ],
  options: [
    { flags: '-D, --unset', meaning: 'unset the feature' },
    { flags: '--default', meaning: 'the same' },
    { flags: '--delete', meaning: 'the same' },
  ],
  async run({ client, print, printAll }, words) {
    const [name = '', feature, value] = words.positional;
    const unset = words.flag('unset') || words.flag('default') || words.flag('delete');
    const qube = (await oneQube(client, name)).name;
    if (unset && feature === undefined) throw new UsageError('--unset requires a feature');
    if (unset && value !== undefined) throw new UsageError('cannot both set and unset a value');
    if (feature === undefined) {
      const features = linesOf(await client.callForText('admin.vm.feature.List', qube));
      printAll(columnTable(await inParallel(features, async (each) => [each, (await client.feature(qube, each)) ?? ''])));
      return EXIT.ok;
    }
    if (unset)
      await ignoring('QubesFeatureNotFoundError', () => client.call('admin.vm.feature.Remove', qube, { argument: feature }));
    else if (value !== undefined) await client.setFeature(qube, feature, value);
    else {
      const found = await client.feature(qube, feature);
      if (found === undefined) return EXIT.failed;
      print(found);
    }
    return EXIT.ok;
  },
};
