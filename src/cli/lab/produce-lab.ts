import type { Topology } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import type { Voice } from '../voice.ts';
import { generateLab, writeLab } from './generate-lab.ts';
import type { Place } from './place.ts';
import { type ReadLab, requireLab, soundLab } from './read-lab.ts';
import { showDiagnostics, type WarningDetail } from './show-diagnostics.ts';

/**
 * Reads a lab's file and writes everything that `generate` writes, with qeneth's words. With an error nothing is written. `beside` calls
 * its second argument, which writes; it may do something else meanwhile.
 */
export async function produceLab(
  context: Context,
  voice: Voice,
  place: Place,
  template: string | undefined,
  warnings: WarningDetail,
  beside: (topology: Topology, write: () => Promise<void>) => Promise<void> = (_, write) => write(),
): Promise<ReadLab & { readonly topology: Topology }> {
  voice.info('Generating topology');
  const lab = await requireLab(context, voice, place, template, warnings);
  voice.info('Generating node YAML');
  const generated = await generateLab(context, lab);
  await showDiagnostics(voice, lab.source, generated.diagnostics, warnings);
  soundLab(lab, generated.diagnostics);
  voice.info('Generating executables');
  await beside(lab.topology, () => writeLab(context, voice, lab, generated));
  return lab;
}
