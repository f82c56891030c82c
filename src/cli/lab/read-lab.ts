import type { Diagnostic, Source } from '../../model/diagnostic.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { isGenerated, type Topology, type TopologyNode } from '../../model/topology.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nameOf } from '../paths.ts';
import type { Voice } from '../voice.ts';
import { templateFolders, templateNames } from './load-templates.ts';
import type { Place } from './place.ts';
import { showDiagnostics, type WarningDetail } from './show-diagnostics.ts';

/** A lab's description as its file gives it. */
export interface ReadLab {
  readonly place: Place;
  readonly source: Source;
  /** undefined where the file is too broken to tell. */
  readonly topology: Topology | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The template that was put in the place of the file's. */
  readonly template: string | undefined;
}

/** A lab's file, before anybody has looked at what it says. */
export interface LabText {
  readonly source: Source;
  /** The lab's name where the graph has none. */
  readonly defaultName: string;
  /** Names of the templates that there are. */
  readonly templates: readonly string[];
}

/** Fetches the text of a lab's file, and what it takes to read it. A Refusal where there is none. */
export async function labText(context: Context, place: Place): Promise<LabText> {
  if (place.input === undefined) {
    throw new Refusal(
      EXIT.failed,
      `there is no topology.dot.in in ${place.directory}`,
      `${context.invokedAs} example makes a directory with a ready one; -C DIR works in another directory`,
    );
  }
  const folders = templateFolders(context.environment['QENETH_PATH'], place.files, context.installation);
  const [text, templates] = await Promise.all([context.files.readText(place.input), templateNames(context.files, folders)]);
  return { source: { path: place.shownInput, text }, defaultName: place.lab ?? nameOf(place.files), templates };
}

/** Reads a lab's file. A Refusal where there is none; mistakes in it are diagnostics. `template` replaces the template of every node. */
export async function readLab(context: Context, place: Place, template: string | undefined): Promise<ReadLab> {
  const { source, ...known } = await labText(context, place);
  const { readTopology } = await import('../../dot/read-topology.ts');
  const options = template === undefined ? known : { ...known, templateOverride: template };
  const { topology, diagnostics } = readTopology(source, options);
  const named = topology === undefined || place.lab === undefined ? topology : { ...topology, name: place.lab };
  return { place, source, topology: named, diagnostics, template };
}

/** A lab whose file has no errors; warnings are shown. With errors they are shown, and a Refusal ends the verb. */
export async function requireLab(
  context: Context,
  voice: Voice,
  place: Place,
  template: string | undefined,
  warnings: WarningDetail,
): Promise<ReadLab & { readonly topology: Topology }> {
  const lab = await readLab(context, place, template);
  await showDiagnostics(voice, lab.source, lab.diagnostics, warnings);
  return soundLab(lab, lab.diagnostics);
}

/** The same lab, known to be without errors; a Refusal otherwise. */
export function soundLab(lab: ReadLab, diagnostics: readonly Diagnostic[]): ReadLab & { readonly topology: Topology } {
  const { topology } = lab;
  if (topology !== undefined && diagnostics.every(({ severity }) => severity !== 'error')) return { ...lab, topology };
  throw hasErrors(lab.source, diagnostics);
}

/** What ends a verb whose file has errors, once they are shown. */
export function hasErrors({ path }: Source, diagnostics: readonly Diagnostic[]): Refusal {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return new Refusal(EXIT.failed, `${path} has ${errors === 1 ? 'an error' : `${errors} errors`}; nothing was done`);
}

/** What the engine is told. */
export function labSpec({ place, topology, template }: ReadLab & { readonly topology: Topology }): LabSpec {
  const { directory, files, input } = place;
  return {
    name: topology.name,
    directory,
    files,
    topology,
    ...(input === undefined ? {} : { input }),
    ...(template === undefined ? {} : { template }),
  };
}

/** The template that `generate --template` last put in the place of the file's; undefined where it used the file's own. */
export async function generatedTemplate(context: Context, place: Place, topology: Topology): Promise<string | undefined> {
  const path = `${place.directory}/topology.dot`;
  const text = place.input === path ? undefined : await context.files.readTextIfThere(path);
  if (text === undefined) return undefined;
  const { readTopology } = await import('../../dot/read-topology.ts');
  const generated = readTopology({ path, text }, { defaultName: topology.name }).topology;
  const used = templatesOf(generated?.nodes ?? []);
  const [only] = used;
  const own = templatesOf(topology.nodes);
  return used.size === 1 && only !== undefined && !(own.size === 1 && own.has(only)) ? only : undefined;
}

function templatesOf(nodes: readonly TopologyNode[]): ReadonlySet<string> {
  return new Set(nodes.filter(isGenerated).flatMap(({ template }) => (template === undefined ? [] : [template])));
}
