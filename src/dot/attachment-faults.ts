import { ATTACH_NETWORK_TO, parseAttachNetworkTo } from '../model/attach-network-to.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { countSlips, nearestName } from '../model/nearest-name.ts';
import type { Graph, GraphNode, Setting } from './graph.ts';
import { shorten } from './shorten.ts';
import { spanInside } from './span-inside.ts';

/**
 * Lines of the feature `attach-network-to` that cannot be meant, each at its place inside the text. A frontend may be missing: it may come
 * later, or be made by a command. Only one that looks like a slip of the pen is told.
 */
export function findAttachmentFaults(text: string, { nodes }: Graph): Diagnostic[] {
  return [...nodes.values()].flatMap((node) => {
    const setting = node.settings.get(ATTACH_NETWORK_TO);
    return setting === undefined ? [] : faultsOf(text, node, setting, nodes);
  });
}

function faultsOf(text: string, { name: backend }: GraphNode, setting: Setting, nodes: Graph['nodes']): Diagnostic[] {
  const { attachments, faults } = parseAttachNetworkTo(setting.value, backend);
  const malformed = faults.map(({ from, to, message, hint }): Diagnostic => {
    const span = spanInside(text, setting, from, to);
    return { code: 'bad-value', severity: 'error', message: `attach-network-to: ${shorten(message, 120)}`, hint, span };
  });
  const named = new Set([backend, ...attachments.map(({ frontend }) => frontend)]);
  const others = [...nodes.keys()].filter((name) => !named.has(name));
  const unknown = attachments.flatMap(({ frontend, from, to }): Diagnostic[] => {
    const meant = nodes.has(frontend) ? undefined : nearOf(frontend, others);
    if (meant === undefined) return [];
    const span = spanInside(text, setting, from, to);
    const message = `attach-network-to: there is no node ${shorten(frontend, 60)} yet`;
    return [{ code: 'unknown-frontend', severity: 'warning', message, hint: `did you mean ${meant}?`, span }];
  });
  return [...malformed, ...unknown];
}

/** Names of one or two letters are near to nothing: that F is there and G is not is no slip of the pen. */
function nearOf(frontend: string, others: readonly string[]): string | undefined {
  const meant = nearestName(frontend, others);
  if (meant === undefined || countSlips(frontend.toLowerCase(), meant.toLowerCase()) > frontend.length / 3) return undefined;
  return meant;
}
