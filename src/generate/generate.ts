import { macPlan } from '../address/mac-plan.ts';
import { portPlan } from '../address/port-plan.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { isGenerated, type Topology } from '../model/topology.ts';
import { completeTopology } from './complete-topology.ts';
import { type NodeDocument, nodeDocuments } from './node-document.ts';
import { parseTemplate, type Renderer } from './parsed-template.ts';
import { printYaml } from './print-yaml.ts';
import type { TemplateSource } from './template-source.ts';
import { templateView } from './template-view.ts';

interface GeneratedFile {
  /** Relative to the lab's directory. */
  readonly name: string;
  readonly text: string;
  /** Permissions: 0o755 for scripts, else 0o644. */
  readonly mode: number;
}

export interface Generated {
  /** What topology.dot shows, as far as it concerns the wanted nodes; printed by the caller. */
  readonly completed: Topology;
  /** NODE.yaml and NODE of every generated node, in the file's order; none when a diagnostic is an error. */
  readonly files: readonly GeneratedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What is generated, and from what. */
export interface Order {
  readonly topology: Topology;
  readonly templates: TemplateSource;
  /** The nodes whose files are wanted; all where left out. */
  readonly only?: ReadonlySet<string>;
}

/** qeneth's artefacts of a topology. Pure and deterministic; each template is read once, however many nodes use it. */
export function generate({ topology, templates, only }: Order): Generated {
  const wanted = (name: string) => only === undefined || only.has(name);
  const completed = completeTopology(only === undefined ? topology : surroundings(topology, only), portPlan(topology));
  const { renderers, diagnostics } = renderersOf(
    { ...topology, nodes: topology.nodes.filter(({ name }) => wanted(name)) },
    templates,
  );
  if (diagnostics.length > 0) return { completed, files: [], diagnostics };
  const documents = nodeDocuments(completed, macPlan(topology)).filter(({ node }) => wanted(node.name));
  return { completed, files: documents.flatMap((document) => filesOf(document, renderers)), diagnostics };
}

/** The named nodes, their links, and the nodes at the other ends: all that their files tell of. */
function surroundings(topology: Topology, names: ReadonlySet<string>): Topology {
  const links = topology.links.filter(({ tail, head }) => names.has(tail.node) || names.has(head.node));
  const near = new Set([...names, ...links.flatMap(({ tail, head }) => [tail.node, head.node])]);
  return { ...topology, nodes: topology.nodes.filter(({ name }) => near.has(name)), links };
}

function filesOf(document: NodeDocument, renderers: ReadonlyMap<string, Renderer>): readonly GeneratedFile[] {
  const { name, template = '' } = document.node;
  const render = renderers.get(template);
  if (render === undefined) throw new Error(`no renderer for template ${template}`);
  return [
    { name: `${name}.yaml`, text: printYaml(document), mode: 0o644 },
    { name, text: render(templateView(document)), mode: 0o755 },
  ];
}

/** Each problem is reported once, at the first node that meets it. */
function renderersOf(
  topology: Topology,
  templates: TemplateSource,
): { renderers: ReadonlyMap<string, Renderer>; diagnostics: readonly Diagnostic[] } {
  const renderers = new Map<string, Renderer>();
  const diagnostics: Diagnostic[] = [];
  const tried = new Set<string>();
  for (const { name, template, span = { from: 0, to: 0 }, ...node } of topology.nodes) {
    if (template === undefined || !isGenerated({ name, template, ...node }) || tried.has(template)) continue;
    tried.add(template);
    const found = templates.find(template);
    if (found === undefined) {
      const message = `there is no template ${template} for node ${name}`;
      diagnostics.push({
        code: 'unknown-template',
        severity: 'error',
        message,
        hint: `templates here: ${templates.names().join(', ')}`,
        span,
      });
      continue;
    }
    const parsed = parseTemplate(template, found, templates);
    if (typeof parsed === 'function') {
      renderers.set(template, parsed);
      continue;
    }
    for (const { file, line, message } of parsed) {
      diagnostics.push({ code: 'template-error', severity: 'error', message: `${file}:${line}: ${message}`, span });
    }
  }
  return { renderers, diagnostics };
}
