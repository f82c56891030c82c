import type { Diagnostic, Source } from '../model/diagnostic.ts';
import { isGenerated, type TopologyNode } from '../model/topology.ts';
import type { Graph } from './graph.ts';
import { shorten } from './shorten.ts';

const RULE = 'it becomes a file name: 1 to 64 letters, digits and . _ - +, not beginning with . or -';
/** What generate and the running nodes write beside a node's script, and the folder of the node's own files. */
const COMPANIONS = ['.d', '.yaml', '.mactab', '.pid', '.log', '.qcow2', '.disk'];
const FILE_ATTRIBUTES = ['qn_image', 'qn_bios', 'qn_usb'];

/** A lab's name is a folder's name as well. */
export function labNameFault(name: string, graph: Graph): Diagnostic | undefined {
  if (isFileName(name)) return undefined;
  const given = graph.name === name;
  return {
    code: 'unfit-lab-name',
    severity: 'error',
    message: `${name === '' ? 'an empty text' : shorten(name, 80)} cannot name a lab`,
    hint: given ? RULE : `${RULE}; give the graph a name of its own: graph "lab" {`,
    span: graph.nameSpan,
  };
}

/** Names of nodes are names of files: they must be fit, and no two nodes may write the same file. */
export function nodeNameFaults(source: Source, graph: Graph, nodes: readonly TopologyNode[]): Diagnostic[] {
  const generated = nodes.filter(isGenerated);
  const names = new Set(generated.map((node) => node.name));
  const inputs = inputFiles(source, graph);
  return nodes.flatMap((node) => {
    const span = node.span ?? graph.nameSpan;
    const fault = (message: string, hint: string): Diagnostic => ({
      code: 'unfit-node-name',
      severity: 'error',
      message,
      hint,
      span,
    });
    if (node.kind === 'drawing') return [];
    if (!isFileName(node.name))
      return [fault(`${node.name === '' ? 'an empty text' : shorten(node.name, 80)} cannot name a node`, RULE)];
    if (!names.has(node.name)) return [];
    if (node.name.endsWith('.mustache') || inputs.has(node.name))
      return [fault(`the script of node ${node.name} would overwrite the file ${node.name}`, 'give the node another name')];
    const companion = COMPANIONS.find((ending) => node.name.endsWith(ending) && names.has(node.name.slice(0, -ending.length)));
    if (companion === undefined) return [];
    const other = node.name.slice(0, -companion.length);
    return [
      fault(
        `the script of node ${node.name} and the file ${node.name} of node ${other} are the same file`,
        'give one of them another name',
      ),
    ];
  });
}

function inputFiles(source: Source, graph: Graph): ReadonlySet<string> {
  const files = ['topology.dot', 'topology.dot.in', source.path.split('/').at(-1) ?? ''];
  for (const { settings } of [graph, ...graph.nodes.values()])
    for (const name of FILE_ATTRIBUTES) files.push(settings.get(name)?.value.replace(/^\.\//, '') ?? '');
  return new Set(files);
}

function isFileName(name: string): boolean {
  return /^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,63}$/.test(name);
}
