import { quoted } from '../../../api/qubes/python-text.ts';
import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { columnTable } from '../column-table.ts';
import { ignoring } from '../ignoring.ts';
import { inParallel } from '../in-parallel.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import { type Tool, ToolFailure } from '../tool.ts';

const PREFIX = 'service.';

export const serviceTool: Tool = {
  name: 'qvm-service',
  summary: "manage a qube's services",
  help: `A service is a feature service.NAME. Without a service, all that are set are listed; to print one that is not ends with 1.

Examples:
  qvm-service work network-manager on
  qvm-service -d work cups
  qvm-service work
  qvm-service --unset work cups`,
  positional: [
    ONE_QUBE,
    { syntax: '[SERVICE]', meaning: 'name of the service', completes: 'command' },
    { syntax: '[VALUE]', meaning: 'on or off', completes: 'on-off' },
  ],
  options: [
    { flags: '-D, --unset', meaning: 'unset the service: it is as the qube has it' },
    { flags: '--default', meaning: 'the same' },
    { flags: '--delete', meaning: 'the same' },
    { flags: '-l, --list', meaning: 'list services, as without a service' },
    { flags: '-e, --enable', meaning: 'turn it on' },
    { flags: '-d, --disable', meaning: 'turn it off' },
  ],
  async run({ client, print, printAll }, words) {
    const [name = '', service, given] = words.positional;
    const unset = words.flag('unset') || words.flag('default') || words.flag('delete');
    const value = words.flag('enable') ? '1' : words.flag('disable') ? '0' : given;
    const qube = (await oneQube(client, name)).name;
    if (unset && service === undefined) throw new UsageError('--unset requires a feature');
    if (unset && value !== undefined) throw new UsageError('cannot both set and unset a value');
    if (service === undefined) {
      const features = linesOf(await client.callForText('admin.vm.feature.List', qube));
      const services = features.filter((each) => each.startsWith(PREFIX));
      const row = async (each: string) => [each.slice(PREFIX.length), state(await client.feature(qube, each))];
      printAll(columnTable(await inParallel(services, row)));
      return EXIT.ok;
    }
    const feature = PREFIX + service;
    if (unset)
      await ignoring('QubesFeatureNotFoundError', () => client.call('admin.vm.feature.Remove', qube, { argument: feature }));
    else if (value !== undefined) await client.setFeature(qube, feature, isOn(value) ? '1' : '');
    else {
      const found = await client.feature(qube, feature);
      if (found === undefined) return EXIT.failed;
      print(state(found));
    }
    return EXIT.ok;
  },
};

function state(value: string | undefined): 'on' | 'off' {
  return value ? 'on' : 'off';
}

function isOn(value: string): boolean {
  const lower = value.toLowerCase();
  if (['1', 'yes', 'true', 'on'].includes(lower)) return true;
  if (['0', 'no', 'false', 'off'].includes(lower)) return false;
  throw new ToolFailure(`Invalid literal for boolean value: ${quoted(value)}`);
}
