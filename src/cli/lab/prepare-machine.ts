import type { TopologyNode } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import { REQUIREMENTS } from '../doctor/requirements.ts';
import type { Voice } from '../voice.ts';
import { installMissing } from './install-missing.ts';

const SMALL = 'small';

/** Partials of bundled templates, and what they need. A user's own template says by itself what it misses. */
const NEEDS: readonly (readonly [partial: string, requirement: string])[] = [
  ['inc/overlay', 'qemu-img'],
  ['inc/config-disk', 'qemu-img'],
];
/** The firmware may also stand beside the image, so its lack is no reason to refuse. */
const NEEDS_PERHAPS: readonly (readonly [partial: string, requirement: string])[] = [['inc/ovmf', 'OVMF']];

/** Makes sure that the machine has what these nodes, which run something, run on: programs, and the small guest's image where a node uses it. */
export async function prepareMachine(
  context: Context,
  voice: Voice,
  nodes: readonly Pick<TopologyNode, 'kind' | 'template'>[],
  consent: boolean,
): Promise<void> {
  const machines = nodes.filter(({ kind }) => kind === 'vm');
  const texts = await Promise.all(
    [...new Set(machines.map(({ template = '' }) => template))].map((name) => bundledTemplate(context, name)),
  );
  const wanted = new Set(
    [...NEEDS, ...(consent ? NEEDS_PERHAPS : [])]
      .filter(([partial]) => texts.some((text) => text?.includes(`{{> ${partial}}}`)))
      .map(([, name]) => name),
  );
  const guest = nodes.some(({ template }) => template === SMALL) ? await context.smallGuest() : undefined;
  const building = guest !== undefined && !(await guest.isBuilt());
  if (building) wanted.add('xz');
  if (building && consent) wanted.add('lz4');
  const bundled = texts.some((text) => text !== undefined);
  const required = REQUIREMENTS.filter(({ name, need }) => need === 'lab' || (bundled && need === 'vm') || wanted.has(name));
  await installMissing(context, voice, required, consent);
  if (!building) return;
  voice.info('Building the small guest; this is done once');
  await guest.build({ force: false, report: (step) => voice.info(`Small guest: ${step}`) });
}

async function bundledTemplate({ files, installation }: Context, name: string): Promise<string | undefined> {
  return await files.readTextIfThere(`${installation}/templates/${name}.mustache`);
}
