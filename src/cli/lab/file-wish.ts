import type { FileWish, Reading } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import type { Context } from '../context.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';
import type { Place } from './place.ts';
import { hasErrors, type LabText, labText } from './read-lab.ts';
import { showDiagnostics } from './show-diagnostics.ts';

/** A file that the engine of its lab has read. */
export interface WishedFile extends Pick<Reading, 'natures'> {
  readonly file: FileWish;
}

/**
 * The file that a plan or an apply is about, with the template that the lab was started with where none is named. The engine reads it, which
 * takes a fraction of the time that a fresh process needs; what is wrong with it is shown here.
 */
export async function readFileWish(
  context: Context,
  voice: Voice,
  { place, connection, text }: { readonly place: Place; readonly connection: LabConnection; readonly text?: Promise<LabText> },
  words: Words,
): Promise<WishedFile> {
  const { source, ...known } = await (text ?? labText(context, place));
  const { directory, files, input } = place;
  const template = words.text('template');
  const where = { directory, files, ...(input === undefined ? {} : { input }), ...(template === undefined ? {} : { template }) };
  const { diagnostics, natures, number } = await connection.call('read', { ...source, ...known, ...where });
  await showDiagnostics(voice, source, diagnostics, 'count');
  if (number === undefined) throw hasErrors(source, diagnostics);
  const only = words.list('only');
  const file = { spec: number, ...(only.length === 0 ? {} : { only }), ...(words.flag('discard') ? { discard: true } : {}) };
  return { file, natures };
}
