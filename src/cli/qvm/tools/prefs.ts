import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { quoted } from '../../../api/qubes/python-text.ts';
import { QubesError } from '../../../api/qubes/qubes-error.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Positional } from '../../verb.ts';
import type { Words } from '../../words.ts';
import { byCodePoints } from '../by-code-points.ts';
import { filled } from '../filled.ts';
import { inParallel } from '../in-parallel.ts';
import {
  type Holder,
  propertyNames,
  qubeProperties,
  readProperties,
  readProperty,
  resetProperty,
  SYSTEM_PROPERTIES,
  setProperty,
  shownValue,
} from '../properties.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import { type Desk, type Tool, ToolFailure, type ToolOption } from '../tool.ts';

/** Properties that are none with the word `none`. */
const NAMING = ['default_dispvm', 'netvm', 'template', 'guivm', 'audiovm'];

const OPTIONS: readonly ToolOption[] = [
  { flags: '--help-properties', meaning: 'list all properties with short descriptions' },
  { flags: '--hide-default', meaning: 'leave out what nobody has set' },
  { flags: '-g, --get', meaning: 'show the value; so does leaving a new one out' },
  { flags: '-s, --set', meaning: 'set the value; so does naming one' },
  { flags: '-D, --default', meaning: 'reset the property to its default' },
];

const NAME_AND_VALUE: readonly Positional[] = [
  { syntax: '[PROPERTY]', meaning: 'name of the property', completes: 'command' },
  { syntax: '[VALUE]', meaning: 'its new value', completes: 'command' },
];

export const prefsTool: Tool = {
  name: 'qvm-prefs',
  summary: "show and change a qube's properties",
  help: `Without a property, all of them are listed: D marks what nobody has set, U what the qube does not have now. A netvm, template,
default_dispvm, guivm or audiovm of none is none.

Examples:
  qvm-prefs work
  qvm-prefs work netvm sys-firewall
  qvm-prefs work netvm none
  qvm-prefs -D work netvm`,
  positional: [ONE_QUBE, ...NAME_AND_VALUE],
  options: OPTIONS,
  async run(desk, words) {
    const [name = '', ...rest] = words.positional;
    return await prefs(desk, words, { holder: qubeProperties((await oneQube(desk.client, name)).name), rest });
  },
};

export const systemPrefsTool: Tool = {
  name: 'qubes-prefs',
  summary: 'show and change properties of the whole system',
  help: `Examples:
  qubes-prefs
  qubes-prefs default_netvm sys-firewall`,
  positional: NAME_AND_VALUE,
  options: OPTIONS,
  run: (desk, words) => prefs(desk, words, { holder: SYSTEM_PROPERTIES, rest: words.positional }),
};

async function prefs(
  desk: Desk,
  words: Words,
  { holder, rest }: { readonly holder: Holder; readonly rest: readonly string[] },
): Promise<number> {
  const [given, value] = rest;
  const { client } = desk;
  if (value !== undefined && words.flag('default'))
    throw new UsageError('argument --default/-D: not allowed with argument VALUE');
  if (words.flag('helpProperties')) desk.printAll(await helpLines(client, holder));
  else if (given === undefined) desk.printAll(await listing(client, holder, words.flag('hideDefault')));
  else {
    const property = given.replaceAll('-', '_');
    try {
      if (value !== undefined) await setProperty(client, holder, property, isNone(property, value) ? '' : value);
      else if (words.flag('default')) await resetProperty(client, holder, property);
      else await show(desk, holder, { property, hideDefault: words.flag('hideDefault') });
    } catch (failure) {
      if (!(failure instanceof QubesError) || failure.type !== 'QubesNoSuchPropertyError') throw failure;
      throw new UsageError(`no such property: ${quoted(property)}`);
    }
  }
  return EXIT.ok;
}

function isNone(property: string, value: string): boolean {
  return value.toLowerCase() === 'none' && NAMING.includes(property);
}

/** Prints nothing of a property that names nothing. */
async function show(
  { client, print }: Desk,
  holder: Holder,
  { property, hideDefault }: { readonly property: string; readonly hideDefault: boolean },
): Promise<void> {
  const found = await readProperty(client, holder, property);
  if (hideDefault && found.isDefault) return;
  const value = shownValue(found);
  if (value === undefined) throw new ToolFailure(`${holder.qube} has no ${property} now`);
  if (found.value !== '' || found.type === 'str') print(value);
}

async function listing(client: QubesClient, holder: Holder, hideDefault: boolean): Promise<readonly string[]> {
  const properties = await readProperties(client, holder);
  const names = [...properties.keys()].sort(byCodePoints);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.flatMap((name) => {
    const property = properties.get(name);
    const value = property && shownValue(property);
    if (property === undefined || value === undefined) return [`${name.padEnd(width)}  U`];
    if (property.isDefault) return hideDefault ? [] : [`${name.padEnd(width)}  D  ${value}`];
    return [`${name.padEnd(width)}  -  ${value}`];
  });
}

async function helpLines(client: QubesClient, holder: Holder): Promise<readonly string[]> {
  const names = [...(await propertyNames(client, holder))].sort(byCodePoints);
  const width = Math.max(0, ...names.map((name) => name.length));
  const { methods, qube } = holder;
  const texts = await inParallel(names, (name) => client.callForText(`${methods}.Help`, qube, { argument: name }));
  return names.flatMap((name, at) => filled(`${texts[at]}`, `  ${name.padEnd(width)}  `, ' '.repeat(width + 6)));
}
