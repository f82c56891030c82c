import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { quoted } from '../../../api/qubes/python-text.ts';
import { QubesError } from '../../../api/qubes/qubes-error.ts';
import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { ADMIN_VM } from '../../../api/qubes/wire/request.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Words } from '../../words.ts';
import { cloneQube } from '../clone-qube.ts';
import { createQube, type Pools, poolsIn } from '../create-qube.ts';
import { qubeProperties, setProperty } from '../properties.ts';
import { oneQube } from '../qubes.ts';
import type { Desk, Tool } from '../tool.ts';

/** The qube is there, and lacks some of its properties. */
const INCOMPLETE = 2;

export const createTool: Tool = {
  name: 'qvm-create',
  summary: 'create a qube',
  help: `A StandaloneVM with a template is a clone of the template. Ends with 1 where no qube was made, with 2 where one of its properties could not be
set.

Examples:
  qvm-create -l red work
  qvm-create -l blue -t debian-12 --prop netvm=sys-firewall personal
  qvm-create --help-classes`,
  positional: [{ syntax: '[VMNAME]', meaning: 'name of the qube', completes: 'command' }],
  options: [
    { flags: '-C, --class <class>', meaning: 'its class', fallback: 'AppVM' },
    { flags: '--standalone', meaning: 'the same as --class StandaloneVM' },
    { flags: '--disp', meaning: 'the same as --class DispVM --label red' },
    { flags: '--property <name=value>', meaning: 'set a property', repeats: true },
    { flags: '--prop <name=value>', meaning: 'the same', repeats: true },
    { flags: '-p, --pool <volume=pool>', meaning: 'the pool of a volume', repeats: true },
    { flags: '-P <pool>', meaning: 'the pool of all volumes' },
    { flags: '-t, --template <name>', meaning: 'its template', completes: 'node' },
    { flags: '-l, --label <label>', meaning: 'its label, such as red' },
    { flags: '--help-classes', meaning: 'list the classes that there are' },
  ],
  async run(desk, words) {
    const { client, printAll, log } = desk;
    if (words.flag('helpClasses')) {
      printAll([...(await client.lines('admin.vmclass.List'))].sort());
      return EXIT.ok;
    }
    const wish = wishIn(words);
    const labels = linesOf(await client.callForText('admin.label.List', ADMIN_VM));
    if (!(await isLabel(client, wish.label, labels))) {
      throw new UsageError(`no such label: ${quoted(wish.label)}; available: ${labels.join(', ')}`);
    }
    try {
      await create(desk, wish);
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      log('warning', 'app', `Error creating VM: ${failure.message}`);
      return EXIT.failed;
    }
    return await setAll(desk, wish);
  },
};

interface Wish {
  readonly name: string;
  readonly label: string;
  readonly qubeClass: string;
  readonly template: string | undefined;
  readonly pools: Pools;
  readonly properties: ReadonlyMap<string, string>;
}

function wishIn(words: Words): Wish {
  const given = [...words.list('property'), ...words.list('prop')].map((word) => {
    const at = word.indexOf('=');
    if (at < 0) throw new UsageError(`Invalid property token: ${quoted(word)}`);
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  const properties = new Map(given);
  const taken = (name: string, value: string | undefined) => {
    const found = value ?? properties.get(name);
    properties.delete(name);
    return found;
  };
  const isDisposable = words.flag('disp');
  const label = taken('label', words.text('label')) ?? (isDisposable ? 'red' : undefined);
  const name = taken('name', words.positional[0]);
  if (label === undefined) throw new UsageError('--label option is mandatory');
  if (name === undefined) throw new UsageError('VMNAME is mandatory');
  const qubeClass = words.flag('standalone') ? 'StandaloneVM' : isDisposable ? 'DispVM' : (words.text('class') ?? 'AppVM');
  return { name, label, qubeClass, template: taken('template', words.text('template')), pools: poolsIn(words), properties };
}

/** By its name, or by its number. */
async function isLabel(client: QubesClient, label: string, labels: readonly string[]): Promise<boolean> {
  if (labels.includes(label)) return true;
  if (!/^[0-9]+$/.test(label)) return false;
  for (const name of labels) {
    if ((await client.callForText('admin.label.Index', ADMIN_VM, { argument: name })) === String(Number(label))) return true;
  }
  return false;
}

async function create(desk: Desk, { name, label, qubeClass, template, pools }: Wish): Promise<void> {
  if (qubeClass === 'StandaloneVM' && template !== undefined) {
    const source = await oneQube(desk.client, template);
    await cloneQube(desk, { source, name, qubeClass, pools, ignoresErrors: false, leavesOut: ['private'] });
    await setProperty(desk.client, qubeProperties(name), 'label', label);
    return;
  }
  await createQube(desk.client, { name, label, qubeClass, template, pools });
}

async function setAll({ client, log }: Desk, { name, properties }: Wish): Promise<number> {
  let code: number = EXIT.ok;
  for (const [property, value] of properties) {
    try {
      await setProperty(client, qubeProperties(name), property, value);
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      log('warning', 'app', `Error setting property ${property} (but VM created): ${failure.message}`);
      code = INCOMPLETE;
    }
  }
  return code;
}
