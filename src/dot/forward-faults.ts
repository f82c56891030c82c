import type { Diagnostic } from '../model/diagnostic.ts';
import { nearestName } from '../model/nearest-name.ts';
import { FORWARD, parsePortForwards } from '../model/parse-port-forwards.ts';
import { type PortForwardFault, portForwardWays } from '../model/port-forward-ways.ts';
import type { Topology } from '../model/topology.ts';
import { uplinkTree } from '../model/uplink-tree.ts';
import type { Graph } from './graph.ts';
import { shorten } from './shorten.ts';
import { spanInside } from './span-inside.ts';

/**
 * Forwarded ports that cannot be meant, and those that another node has, each at its place inside the text. A provider that is not above its
 * node is a warning: it may come to be there.
 */
export function findForwardFaults(text: string, graph: Graph, topology: Topology): Diagnostic[] {
  const malformed = [...graph.nodes.values()].flatMap((node) => {
    const setting = node.settings.get(FORWARD);
    if (setting === undefined) return [];
    return parsePortForwards(setting.value, node.name).faults.map(({ from, to, message, hint }): Diagnostic => {
      const span = spanInside(text, setting, from, to);
      return { code: 'bad-value', severity: 'error', message: `${FORWARD}: ${shorten(message, 120)}`, hint, span };
    });
  });
  const { faults } = portForwardWays(topology, uplinkTree(topology));
  const misled = faults.flatMap((fault): Diagnostic[] => {
    const setting = graph.nodes.get(fault.node)?.settings.get(FORWARD);
    if (setting === undefined) return [];
    const span = spanInside(text, setting, fault.span.from, fault.span.to);
    const [code, severity] =
      fault.code === 'taken' ? (['duplicate-forward', 'error'] as const) : (['no-effect', 'warning'] as const);
    return [{ code, severity, message: `${FORWARD}: ${fault.message}`, hint: hintOf(fault, topology), span }];
  });
  return [...malformed, ...misled];
}

function hintOf({ hint, wish: { provider } }: PortForwardFault, { nodes }: Topology): string {
  const names = nodes.map(({ name }) => name);
  const near = provider === undefined || names.includes(provider) ? undefined : nearestName(provider, names);
  return near === undefined ? hint : `did you mean ${near}?`;
}
