import type { PortForwardWish } from '../../model/port-forward-wish.ts';
import { textTable } from '../text-table.ts';

/** A forwarded port as it is listed. */
export interface ListedForward extends PortForwardWish {
  /** From where it is opened down to the node's own netvm; empty where that is nowhere. */
  readonly providers: readonly string[];
  /** Why it does not lead to the node now; undefined where it does. */
  readonly waits: string | undefined;
}

const TITLES = ['PROTOCOL', 'PORT', 'AT', 'BY WAY OF', 'LEADS TO', 'STATE'];

export function forwardsTable(node: string, forwards: readonly ListedForward[]): string[] {
  const rows = forwards.map(({ port, proto, provider, providers: [first, ...others], targetPort, waits }) => [
    proto,
    `${port}`,
    first ?? provider ?? '-',
    others.join(', ') || '-',
    `${node}:${targetPort}`,
    waits === undefined ? 'open' : `waits: ${waits}`,
  ]);
  return textTable(
    TITLES.map((title) => ({ title })),
    rows,
  );
}
