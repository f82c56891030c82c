import { NO_ANSWER, QubesError } from '../../api/qubes/qubes-error.ts';
import { type ListedQube, linesOf } from '../../api/qubes/wire/qube-line.ts';
import { createQube, type Pools } from './create-qube.ts';
import { qubeProperties, readProperties, setProperty } from './properties.ts';
import type { Desk } from './tool.ts';
import { readVolume } from './volumes.ts';

/** Properties that creating a qube gives, and those that are the qube's own. */
const OWN = ['name', 'qid', 'template', 'label', 'uuid', 'installed_by_rpm'];

export interface CloneWish {
  readonly source: ListedQube;
  readonly name: string;
  readonly qubeClass: string;
  readonly pools: Pools;
  /** What cannot be copied is told, and left out. */
  readonly ignoresErrors: boolean;
  /** Volumes that are not copied. */
  readonly leavesOut?: readonly string[];
}

/** Makes a qube with the properties, tags, features, notes, rules and disks of another; where one fails, the new qube is removed again. */
export async function cloneQube(desk: Desk, wish: CloneWish): Promise<void> {
  const { client } = desk;
  const { source, name, qubeClass, pools } = wish;
  const properties = await readProperties(client, qubeProperties(source.name));
  const value = (property: string) => properties.get(property)?.value || undefined;
  await createQube(client, { name, label: value('label') ?? 'red', qubeClass, template: value('template'), pools });
  try {
    await copySettings(desk, wish);
    await copyDisks(desk, wish);
  } catch (failure) {
    await client.call('admin.vm.Remove', name);
    throw failure;
  }
}

async function copySettings({ client, log }: Desk, { source, name, ignoresErrors }: CloneWish): Promise<void> {
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      log('warning', name, `${what}: ${failure.message}`);
      if (!ignoresErrors) throw failure;
    }
  };
  for (const [property, { isDefault, type, value }] of await readProperties(client, qubeProperties(source.name))) {
    const isThere = value !== '' || (type !== 'int' && type !== 'bool');
    if (isDefault || !isThere || OWN.includes(property)) continue;
    await attempt(`Failed to set ${property} property`, () => setProperty(client, qubeProperties(name), property, value));
  }
  for (const tag of linesOf(await client.callForText('admin.vm.tag.List', source.name))) {
    if (tag.startsWith('created-by-')) continue;
    await attempt(`Failed to add ${tag} tag`, () => client.call('admin.vm.tag.Set', name, { argument: tag }));
  }
  for (const feature of linesOf(await client.callForText('admin.vm.feature.List', source.name))) {
    if (feature.startsWith('preload-dispvm') && feature !== 'preload-dispvm-max') continue;
    const value = (await client.feature(source.name, feature)) ?? '';
    await attempt(`Failed to set ${feature} feature`, () => client.setFeature(name, feature, value));
  }
  await attempt('Failed to clone qube notes', async () => {
    const notes = await client.callForText('admin.vm.notes.Get', source.name).catch(orNone);
    if (notes !== '') await client.call('admin.vm.notes.Set', name, { payload: notes });
  });
  await attempt('Failed to set firewall', async () => {
    const rules = linesOf(await client.callForText('admin.vm.firewall.Get', source.name));
    if (rules.length > 0) await client.setFirewall(name, rules);
  });
}

/** Daemons before 4.3.23 know no notes. */
function orNone(failure: unknown): string {
  if (failure instanceof QubesError && failure.type === NO_ANSWER) return '';
  throw failure;
}

/** Only what a qube keeps when it stops is copied. */
async function copyDisks({ client, log }: Desk, { source, name, leavesOut = [] }: CloneWish): Promise<void> {
  for (const volume of linesOf(await client.callForText('admin.vm.volume.List', name))) {
    if (leavesOut.includes(volume) || (await readVolume(client, name, volume))['save_on_stop'] !== 'True') continue;
    log('note', name, `Cloning ${volume} volume`);
    const token = await client.call('admin.vm.volume.CloneFrom', source.name, { argument: volume });
    await client.call('admin.vm.volume.CloneTo', name, { argument: volume, payload: token });
  }
}
