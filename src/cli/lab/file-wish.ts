import type { FileWish } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import type { Context } from '../context.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';
import type { Place } from './place.ts';
import { labSpec, requireLab } from './read-lab.ts';

/** The file that a plan or an apply is about, with the template that the lab was started with where none is named. */
export async function readFileWish(
  context: Context,
  voice: Voice,
  { place, connection }: { readonly place: Place; readonly connection: LabConnection },
  words: Words,
): Promise<FileWish> {
  const running = await connection.call('identity', {});
  const lab = await requireLab(context, voice, place, words.text('template') ?? running.template, 'count');
  const spec = labSpec(lab);
  const only = words.list('only');
  return {
    spec: { ...spec, name: running.name, topology: { ...spec.topology, name: running.graph } },
    ...(only.length === 0 ? {} : { only }),
    ...(words.flag('discard') ? { discard: true } : {}),
  };
}
