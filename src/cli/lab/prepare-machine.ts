import { isGenerated, type Topology } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import { REQUIREMENTS } from '../doctor/requirements.ts';
import type { Voice } from '../voice.ts';
import { installMissing } from './install-missing.ts';

const SMALL = 'small';

/** Makes sure that the machine has what the lab's nodes run on: programs, and the small guest's image where a node uses it. */
export async function prepareMachine(context: Context, voice: Voice, topology: Topology, consent: boolean): Promise<void> {
  const nodes = topology.nodes.filter(isGenerated);
  const bundled = new Set(
    (await context.files.list(`${context.installation}/templates`)).map((name) => name.replace(/\.mustache$/, '')),
  );
  const machines = nodes.some(({ kind, template = '' }) => kind === 'vm' && bundled.has(template));
  const disks = nodes.some(({ kind, template = '' }) => kind === 'vm' && bundled.has(template) && template !== SMALL);
  const required = REQUIREMENTS.filter(
    ({ name, need }) => need === 'lab' || (machines && need === 'vm') || (disks && name === 'qemu-img'),
  );
  await installMissing(context, voice, required, consent);
  if (!nodes.some(({ template }) => template === SMALL)) return;
  const guest = await context.smallGuest();
  if (await guest.isBuilt()) return;
  voice.info('Building the small guest; this is done once');
  await guest.build({ force: false, report: (step) => voice.info(`Small guest: ${step}`) });
}
