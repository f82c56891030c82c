import type { Flow as KernelFlow } from '../../boundary/kernel.ts';
import { firewallText } from '../../model/firewall-text.ts';
import type { Flow } from '../../routing/flow.ts';
import { isForbidden } from '../../routing/is-forbidden.ts';
import type { NodeNetwork } from '../../routing/node-network.ts';

/**
 * Which flows new rules forbid: those of clients that were there before and whose firewall is another now. Undefined where no firewall has
 * changed; that a name has come to other addresses ends nothing.
 */
export function forbiddenFlows(
  before: NodeNetwork | undefined,
  after: NodeNetwork | undefined,
): ((flow: Flow) => boolean) | undefined {
  const { provider } = after ?? {};
  if (provider === undefined) return undefined;
  const was = new Map(before?.provider?.clients.map((client) => [client.name, client]));
  const changed = provider.clients.filter((client) => {
    const former = was.get(client.name);
    if (!client.attached || former?.attached !== true) return false;
    return firewallText(client.firewall) !== firewallText(former.firewall);
  });
  return changed.length === 0 ? undefined : (flow) => changed.some((client) => isForbidden(flow, client, provider));
}

/** A flow of the kernel's, as firewalls see it. */
export function flowAsSeen({ translated, ...flow }: KernelFlow): Flow {
  const { destination, destinationPort } = translated ?? flow;
  const port = <Name extends string>(name: Name, number: number | undefined) =>
    number === undefined ? {} : ({ [name]: number } as Record<Name, number>);
  return {
    family: flow.family,
    proto: protocols.get(flow.proto) ?? String(flow.proto),
    source: flow.source,
    destination,
    ...port('sport', flow.sourcePort),
    ...port('dport', destinationPort),
    ...port('icmpType', flow.icmpType),
  };
}

const protocols = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp'],
]);
