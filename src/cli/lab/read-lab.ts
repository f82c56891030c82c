import type { Diagnostic, Source } from '../../model/diagnostic.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import type { Topology, TopologyNode } from '../../model/topology.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nameOf } from '../paths.ts';
import type { Voice } from '../voice.ts';
import { templateFolders, templateNames } from './load-templates.ts';
import type { Place } from './place.ts';
import { showDiagnostics } from './show-diagnostics.ts';

/** A lab's description as its file gives it. */
export interface ReadLab {
  readonly place: Place;
  readonly source: Source;
  /** undefined where the file is too broken to tell. */
  readonly topology: Topology | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a lab's file. A Refusal where there is none; mistakes in it are diagnostics. `template` replaces the template of every node. */
export async function readLab(context: Context, place: Place, template: string | undefined): Promise<ReadLab> {
  if (place.input === undefined) {
    throw new Refusal(
      EXIT.failed,
      `there is no topology.dot.in in ${place.directory}`,
      `${context.invokedAs} example makes a directory with a ready one; -C DIR works in another directory`,
    );
  }
  const { readTopology } = await import('../../dot/read-topology.ts');
  const source: Source = { path: place.shownInput, text: await context.files.readText(place.input) };
  const folders = templateFolders(context.environment['QENETH_PATH'], place.files, context.installation);
  const { topology, diagnostics } = readTopology(source, {
    defaultName: place.lab ?? nameOf(place.files),
    templates: await templateNames(context.files, folders),
    ...(template === undefined ? {} : { templateOverride: template }),
  });
  const named = topology === undefined || place.lab === undefined ? topology : { ...topology, name: place.lab };
  return { place, source, topology: named, diagnostics };
}

/** A lab whose file has no errors; warnings are shown. With errors they are shown, and a Refusal ends the verb. */
export async function requireLab(
  context: Context,
  voice: Voice,
  place: Place,
  template: string | undefined,
): Promise<ReadLab & { readonly topology: Topology }> {
  const lab = await readLab(context, place, template);
  await showDiagnostics(voice, lab.source, lab.diagnostics);
  return soundLab(lab, lab.diagnostics);
}

/** The same lab, known to be without errors; a Refusal otherwise. */
export function soundLab(lab: ReadLab, diagnostics: readonly Diagnostic[]): ReadLab & { readonly topology: Topology } {
  const { topology } = lab;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (topology !== undefined && errors === 0) return { ...lab, topology };
  throw new Refusal(EXIT.failed, `${lab.source.path} has ${errors === 1 ? 'an error' : `${errors} errors`}; nothing was done`);
}

/** What the engine is told. Nodes run the templates that `generate` used last, which may have been asked for by --template. */
export async function labSpec(context: Context, lab: ReadLab & { readonly topology: Topology }): Promise<LabSpec> {
  const { place, topology } = lab;
  return {
    name: topology.name,
    directory: place.directory,
    files: place.files,
    topology: await withGeneratedTemplates(context, place, topology),
  };
}

async function withGeneratedTemplates(context: Context, place: Place, topology: Topology): Promise<Topology> {
  const path = `${place.directory}/topology.dot`;
  if (place.input === path) return topology;
  const text = await context.files.readTextIfThere(path);
  if (text === undefined) return topology;
  const { readTopology } = await import('../../dot/read-topology.ts');
  const generated = readTopology({ path, text }, { defaultName: topology.name }).topology;
  const roles = new Map((generated?.nodes ?? []).map((node) => [node.name, node]));
  return { ...topology, nodes: topology.nodes.map((node) => withRoleOf(node, roles.get(node.name))) };
}

function withRoleOf(node: TopologyNode, generated: TopologyNode | undefined): TopologyNode {
  if (generated?.template === undefined || node.template === undefined) return node;
  return { ...node, template: generated.template, kind: generated.kind };
}
