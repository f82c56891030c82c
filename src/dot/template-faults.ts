import type { Diagnostic, Span } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { TopologyNode } from '../model/topology.ts';
import type { Graph } from './graph.ts';

/** Templates that nobody has, and nodes whose kind and template do not go together. `known` is undefined when the names are not known here. */
export function findTemplateFaults(
  graph: Graph,
  nodes: ReadonlyMap<string, TopologyNode>,
  known: readonly string[] | undefined,
  override: string | undefined,
): Diagnostic[] {
  const reported = new Set<string>();
  return [...graph.nodes.values()].flatMap((drawn) => {
    const node = nodes.get(drawn.name);
    if (node === undefined || (node.kind !== 'vm' && node.kind !== 'namespace')) return [];
    const kindSpan = (drawn.settings.get('qn_kind') ?? graph.settings.get('qn_kind'))?.valueSpan ?? drawn.span;
    if (node.template === undefined) return [noTemplate(drawn.name, kindSpan)];
    if (node.kind === 'vm' && node.template === 'namespace') return [wrongKind(drawn.name, kindSpan)];
    if (known === undefined || known.includes(node.template) || reported.has(node.template)) return [];
    reported.add(node.template);
    const asked = override === undefined ? (drawn.settings.get('qn_template') ?? graph.settings.get('qn_template')) : undefined;
    return [unknownTemplate(node.template, known, asked?.valueSpan ?? (override === undefined ? kindSpan : graph.nameSpan))];
  });
}

function unknownTemplate(template: string, known: readonly string[], span: Span): Diagnostic {
  const meant = nearestName(template, known);
  const all = known.length === 0 ? 'there are no templates here' : `there are ${known.join(', ')}`;
  const message = `there is no template ${template}`;
  return { code: 'unknown-template', severity: 'error', message, hint: meant ? `did you mean ${meant}?` : all, span };
}

function noTemplate(name: string, span: Span): Diagnostic {
  const hint = 'write qn_template="small" for the bundled guest';
  return {
    code: 'unknown-template',
    severity: 'error',
    message: `${name} is a vm, and nothing says by which template`,
    hint,
    span,
  };
}

function wrongKind(name: string, span: Span): Diagnostic {
  const hint = 'write qn_kind="namespace", or name the template of a virtual machine';
  return { code: 'bad-value', severity: 'error', message: `${name} is a vm, but its template is namespace`, hint, span };
}
