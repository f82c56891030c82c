import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { quoted } from '../../../api/qubes/python-text.ts';
import { NO_ANSWER, QubesError } from '../../../api/qubes/qubes-error.ts';
import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { byCodePoints } from '../by-code-points.ts';
import { columnTable } from '../column-table.ts';
import { inParallel } from '../in-parallel.ts';
import { allQubes, namedQubes } from '../qubes.ts';
import type { Tool } from '../tool.ts';

/** A device at a port of its backend, and who uses it. */
interface Device {
  readonly port: string;
  readonly description: string;
  readonly users: readonly string[];
}

export const deviceTool: Tool = {
  name: 'qvm-device',
  summary: 'list devices of qubes',
  help: `Devices of a class, such as block or pci: where they are, what they are, and who uses them. What attaches them is the genuine tool.

Example:
  qvm-device block list`,
  positional: [
    { syntax: '<CLASS>', meaning: 'class of devices', completes: 'command' },
    { syntax: '[COMMAND]', meaning: 'list', completes: 'command' },
    { syntax: '[VMNAME...]', meaning: 'qubes; all where left out', completes: 'node' },
  ],
  async run({ client, complain, context, printAll }, words) {
    const [devices = '', command = 'list', ...names] = words.positional;
    if (!['list', 'ls', 'l'].includes(command)) {
      throw new UsageError(`argument command: ${quoted(command)} is for the genuine tool; here: 'list', 'ls', 'l'`);
    }
    const qubes = names.length === 0 ? await allQubes(client) : await namedQubes(client, names);
    try {
      const rows = rowsOf((await inParallel(qubes, ({ name }) => devicesOf(client, name, devices))).flat());
      const head = context.terminal.stdout.isTty ? [['BACKEND:DEVID', 'DESCRIPTION', 'USED BY']] : [];
      printAll(columnTable([...head, ...rows]));
      return EXIT.ok;
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      const unknown = `Failed to list '${devices}' devices, this device type either does not exist or you do not have access to it.`;
      complain(failure.type === NO_ANSWER ? unknown : failure.message);
      return EXIT.failed;
    }
  },
};

async function devicesOf(client: QubesClient, qube: string, devices: string): Promise<readonly Device[]> {
  const read = async (what: string) => linesOf(await client.callForText(`admin.vm.device.${devices}.${what}`, qube));
  const used = (await read('Attached')).map((line) => {
    return { description: descriptionIn(line), port: portOf(line).replace('+', ':'), users: [`${qube} (attached)`] };
  });
  const there = (await read('Available')).map((line) => ({
    description: descriptionIn(line),
    port: `${qube}:${portOf(line)}`,
    users: [],
  }));
  return [...there, ...used];
}

/** `PORT:DEVID k='v'...` */
function portOf(line: string): string {
  return line.split(' ', 1)[0]?.split(':', 1)[0] ?? '';
}

function descriptionIn(line: string): string {
  const value = (key: string) => new RegExp(`(?:^| )${key}='([^']*)'`).exec(line)?.[1] ?? '';
  return [value('manufacturer'), value('product') || value('name')].filter(Boolean).join(' ');
}

/** A line for each port, with all its users. */
function rowsOf(devices: readonly Device[]): readonly (readonly string[])[] {
  const ports = [...new Set(devices.map(({ port }) => port))].sort(byCodePoints);
  return ports.map((port) => {
    const here = devices.filter((device) => device.port === port);
    const description = here.map((device) => device.description).find((text) => text !== '') ?? '';
    return [port, description, here.flatMap(({ users }) => users).join(', ')];
  });
}
