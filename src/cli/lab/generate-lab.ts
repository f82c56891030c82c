import type { NewFile } from '../../boundary/file-set.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { isGenerated, type Topology } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import type { Voice } from '../voice.ts';
import { loadTemplates, templateFolders } from './load-templates.ts';
import type { ReadLab } from './read-lab.ts';
import { staleFiles } from './stale-files.ts';

/** qeneth's artefacts of a lab, not yet written. */
export interface GeneratedLab {
  readonly diagnostics: readonly Diagnostic[];
  readonly completed: Topology;
  readonly files: readonly NewFile[];
}

/** Renders everything that `generate` writes. Writes nothing. */
export async function generateLab(context: Context, lab: ReadLab & { readonly topology: Topology }): Promise<GeneratedLab> {
  const { topology, place } = lab;
  const wanted = new Set(
    topology.nodes.filter(isGenerated).flatMap(({ template }) => (template === undefined ? [] : [template])),
  );
  const folders = templateFolders(context.environment['QENETH_PATH'], place.files, context.installation);
  const templates = await loadTemplates(context.files, folders, wanted);
  const [{ generate }, { printTopology }] = await Promise.all([
    import('../../generate/generate.ts'),
    import('../../dot/print-topology.ts'),
  ]);
  const { completed, files, diagnostics } = generate({ topology, templates });
  const artefacts = files.map(({ name, text, mode }): NewFile => ({ name, content: text, mode }));
  const output = `${place.directory}/topology.dot`;
  return {
    diagnostics,
    completed,
    files: [
      // A copy of the input makes a folder apart from it complete in itself.
      ...(place.apart && place.input !== `${place.directory}/topology.dot.in`
        ? [{ name: 'topology.dot.in', content: lab.source.text, mode: 0o644 }]
        : []),
      // What the user wrote is never written over.
      ...(place.input === output ? [] : [{ name: 'topology.dot', content: printTopology(completed), mode: 0o644 }]),
      ...artefacts,
    ],
  };
}

/** Writes the artefacts as one step, and removes those that an earlier `generate` of this lab wrote for nodes that are gone. */
export async function writeLab(
  context: Context,
  voice: Voice,
  lab: ReadLab & { readonly topology: Topology },
  generated: GeneratedLab,
): Promise<void> {
  const { directory } = lab.place;
  await context.writeFileSet(directory, generated.files);
  const stale = await staleFiles(context.files, directory, lab.topology.name, new Set(generated.files.map(({ name }) => name)));
  for (const name of stale) await context.files.remove(`${directory}/${name}`);
  if (stale.length > 0) voice.info(`Removed files of nodes that are gone: ${stale.join(' ')}`);
}
