import type { ScriptSource } from '../../boundary/script-source.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { nicsOf, takesNics } from '../../model/machine-devices.ts';
import type { Topology, TopologyNode } from '../../model/topology.ts';
import { type Definition, sameDefinition } from './desired-state.ts';

/**
 * Why nodes that run are not what is desired of them, by name: their scripts, links apart, would be others, or they have other interfaces of
 * the machine. Attributes that no template looks at make no difference.
 */
export async function outdatedNodes(
  spec: LabSpec,
  launched: Readonly<Record<string, Definition>>,
  scripts: ScriptSource,
): Promise<ReadonlyMap<string, string>> {
  const outdated = new Map<string, string>();
  const { topology } = spec;
  for (const [name, was] of Object.entries(launched)) {
    const node = topology.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) continue;
    const now: Definition = { node, graph: topology.attributes };
    if (sameDefinition(was, now)) continue;
    if (was.node.kind !== node.kind) outdated.set(name, `it runs as a ${was.node.kind} and should be a ${node.kind}`);
    else if (nicsTaken(was.node) !== nicsTaken(node)) outdated.set(name, differences(was, now));
    else if ((await coreOf(spec, was, scripts)) !== (await coreOf(spec, now, scripts))) outdated.set(name, differences(was, now));
  }
  return outdated;
}

/** They are moved into the node before it is launched. */
function nicsTaken(node: TopologyNode): string {
  return takesNics(node) ? nicsOf(node).join() : '';
}

/** The script of a node that has no links, in a lab of its own. */
async function coreOf(spec: LabSpec, { node, graph }: Definition, scripts: ScriptSource): Promise<string> {
  const topology: Topology = { name: spec.topology.name, attributes: graph, nodes: [node], links: [] };
  const files = await scripts.render({ ...spec, topology }, new Set([node.name]));
  return String(files.find(({ name }) => name === node.name)?.content ?? '');
}

function differences(was: Definition, now: Definition): string {
  const before: Readonly<Record<string, string>> = { ...was.graph, ...was.node.attributes, template: was.node.template ?? '' };
  const after: Readonly<Record<string, string>> = { ...now.graph, ...now.node.attributes, template: now.node.template ?? '' };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
  const told = names.filter((name) => name !== 'qn_template' && name !== 'label' && name !== 'pos');
  return told.map((name) => `${name} is ${shown(before[name])} and should be ${shown(after[name])}`).join('; ');
}

function shown(value: string | undefined): string {
  return value === undefined || value === '' ? 'unset' : value;
}
