import { portPlan } from '../address/port-plan.ts';
import type { NewFile } from '../boundary/file-set.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import type { ScriptSource } from '../boundary/script-source.ts';
import { loadTemplates, templateFolders, templateNames } from '../cli/lab/load-templates.ts';
import { printTopology } from '../dot/print-topology.ts';
import { completeTopology } from '../generate/complete-topology.ts';
import { generate } from '../generate/generate.ts';
import type { LabSpec } from '../model/lab-spec.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Renders scripts from the templates that `generate` uses: those of QENETH_PATH, of the lab's folder, and the bundled ones. */
export function scriptSource(files: Files, environment: Environment, installation: string): ScriptSource {
  const foldersOf = (folder: string) => templateFolders(environment['QENETH_PATH'], folder, installation);
  return {
    async render({ topology, files: folder }: LabSpec, nodes): Promise<readonly NewFile[]> {
      const wanted = new Set(topology.nodes.flatMap(({ name, template = '' }) => (nodes.has(name) ? [template] : [])));
      const templates = await loadTemplates(files, foldersOf(folder), wanted);
      const { files: artefacts, diagnostics } = generate({ topology, templates, only: nodes });
      const [fault] = diagnostics;
      if (fault !== undefined)
        throw new HostError('template', fault.message, fault.hint === undefined ? {} : { hint: fault.hint });
      return artefacts.map(({ name, text, mode }) => ({ name, content: text, mode }));
    },
    templates: (folder) => templateNames(files, foldersOf(folder)),
    print: ({ topology }) => Promise.resolve(printTopology(completeTopology(topology, portPlan(topology)))),
  };
}
