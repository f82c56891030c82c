import type { NodeKind } from '../model/topology.ts';
import type { GraphNode, Settings } from './graph.ts';

/** What a node is, and what makes its script. */
export interface NodeRole {
  readonly kind: NodeKind;
  readonly template: string | undefined;
}

/** The template of nodes that name none, where one of this name exists (qeneth: `qn_template` defaults to `node`). */
export const DEFAULT_TEMPLATE = 'node';

/** The template whose nodes are network namespaces, not processes with network devices. */
const NAMESPACE = 'namespace';
/** The template of nodes that are the way out. */
const INTERNET = 'internet';
const KINDS: readonly NodeKind[] = ['vm', 'namespace', 'hub', 'host', 'internet'];

/**
 * The rules, first that fits: the node's `qn_kind`; `qn_hub="true"`; the name `host`; the graph's `qn_kind`; a template. A node whose own
 * `qn_kind` is namespace takes no template from the graph, which is meant for the virtual machines. `override` replaces every template
 * of virtual machines and namespaces, and decides between the two. `fallback` is the template of nodes for which the file names none.
 */
export function roleOf(node: GraphNode, graph: Settings, override: string | undefined, fallback?: string): NodeRole {
  const role = roleInFile(node, graph, fallback);
  if (override === undefined || (role.kind !== 'vm' && role.kind !== 'namespace')) return role;
  return { kind: override === NAMESPACE ? 'namespace' : 'vm', template: override };
}

function roleInFile(node: GraphNode, graph: Settings, fallback: string | undefined): NodeRole {
  const ownTemplate = valueIn(node.settings, 'qn_template');
  const template = ownTemplate ?? valueIn(graph, 'qn_template') ?? fallback;
  const ownKind = kindIn(node.settings);
  const special = ownKind ?? (valueIn(node.settings, 'qn_hub') === 'true' ? 'hub' : node.name === 'host' ? 'host' : undefined);
  const kind = special ?? kindIn(graph) ?? (template === undefined ? 'drawing' : template === NAMESPACE ? 'namespace' : 'vm');
  if (kind === 'vm') return { kind, template };
  if (kind === 'namespace') return { kind, template: (ownKind === kind ? ownTemplate : template) ?? NAMESPACE };
  return { kind, template: kind === 'internet' ? INTERNET : undefined };
}

/** A non-empty value; an empty one counts as unset. */
export function valueIn(settings: Settings, name: string): string | undefined {
  return settings.get(name)?.value || undefined;
}

function kindIn(settings: Settings): NodeKind | undefined {
  const value = valueIn(settings, 'qn_kind');
  return KINDS.find((kind) => kind === value);
}
