import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { QubesError } from '../../../api/qubes/qubes-error.ts';
import type { PropertyText } from '../../../api/qubes/wire/property-text.ts';
import { EXIT } from '../../exit-codes.ts';
import { askLine } from '../ask-line.ts';
import { inParallel } from '../in-parallel.ts';
import { qubeProperties, readProperties, SYSTEM_PROPERTIES } from '../properties.ts';
import { allQubes, CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Desk, Tool } from '../tool.ts';

/** Properties that name another qube, which then cannot be removed. */
const OF_QUBES = ['template', 'netvm', 'guivm', 'audiovm', 'default_dispvm', 'management_dispvm'];
const OF_THE_SYSTEM = [
  ...['default_dispvm', 'default_netvm', 'default_guivm', 'default_audiovm', 'default_template'],
  ...['clockvm', 'updatevm', 'management_dispvm'],
];

const EVERYTHING = 'IKNOWWHATIAMDOING';

export const removeTool: Tool = {
  name: 'qvm-remove',
  summary: 'remove qubes',
  help: `Asks before, unless --force is given. A qube that runs, or that others use, is refused.

Example:
  qvm-remove -f work`,
  positional: [SEVERAL_QUBES],
  options: [...CHOICE_OPTIONS, { flags: '-f, --force', meaning: 'do not ask' }],
  async run(desk, words) {
    const { client, tell } = desk;
    const names = (await chosenQubes(client, words)).map(({ name }) => name);
    if (names.includes('dom0')) {
      tell("Domain 'dom0' cannot be removed.");
      return EXIT.failed;
    }
    const isAll = words.flag('all') && words.list('exclude').length === 0;
    if (!words.flag('force') && !(await isWanted(desk, names, isAll))) {
      tell('Remove cancelled.');
      return EXIT.failed;
    }
    for (const name of names) {
      try {
        await client.call('admin.vm.Remove', name);
      } catch (failure) {
        if (failure instanceof QubesError && failure.type === 'QubesVMInUseError') await tellUses(desk, name);
        throw failure;
      }
    }
    return EXIT.ok;
  },
};

async function isWanted({ context, tell, print }: Desk, names: readonly string[], isAll: boolean): Promise<boolean> {
  if (isAll) {
    tell('WARNING!!! Removing all domains may leave your system in an unrecoverable state!');
    if ((await askLine(context.terminal, `Are you certain? [N/${EVERYTHING}]`)) !== EVERYTHING) return false;
  }
  tell('This will completely remove the selected VM(s)...');
  for (const name of names) print(`  ${name}`);
  return (await askLine(context.terminal, 'Are you sure? [y/N] ')).toUpperCase() === 'Y';
}

async function tellUses({ client, tell }: Desk, name: string): Promise<void> {
  const uses = [...(await usesBySystem(client, name)), ...(await usesByQubes(client, name))];
  if (uses.length === 0) return;
  tell(`VM ${name} cannot be removed. It is in use as:`);
  for (const use of uses) tell(` - ${use}`);
}

async function usesBySystem(client: QubesClient, name: string): Promise<readonly string[]> {
  const properties = await readProperties(client, SYSTEM_PROPERTIES);
  return OF_THE_SYSTEM.filter((each) => names(properties.get(each), name)).map((each) => `global property ${each}`);
}

async function usesByQubes(client: QubesClient, name: string): Promise<readonly string[]> {
  const others = (await allQubes(client)).filter((qube) => qube.name !== name);
  const uses = await inParallel(others, async (other) => {
    const properties = await readProperties(client, qubeProperties(other.name));
    const set = OF_QUBES.filter((each) => names(properties.get(each), name) && properties.get(each)?.isDefault === false);
    return set.map((each) => `${each} for ${other.name}`);
  });
  return uses.flat();
}

function names(property: PropertyText | undefined, qube: string): boolean {
  return property?.type === 'vm' && property.value === qube;
}
