import { attachedClients } from './attached-clients.ts';
import { NOT_FROM_CLIENTS } from './client-interfaces.ts';
import type { Family } from './family.ts';
import type { NftChain } from './nft-table.ts';
import type { PortForward, ProviderNetwork } from './node-network.ts';

/** Ports of the node itself that lead to clients, for whoever asks from elsewhere; behind dnat-dns. */
export function portForwardChain(provider: ProviderNetwork | undefined, family: Family): NftChain {
  return {
    name: 'port-forwards',
    hook: 'type nat hook prerouting priority dstnat + 1; policy accept;',
    rules: portForwards(provider, family).map(
      ({ port, proto, to }) =>
        `${NOT_FROM_CLIENTS} fib daddr type local ${proto} dport ${port} dnat to ${socketText(to, family)}`,
    ),
  };
}

/** What lets them pass on their way, before the rule that keeps others from clients. */
export function portForwardAccepts(provider: ProviderNetwork | undefined, family: Family): string[] {
  const rules = portForwards(provider, family).map(
    ({ proto, to }) =>
      `${NOT_FROM_CLIENTS} ${family.word} daddr ${to.ip} ${proto} dport ${to.port} ct status dnat counter name port-forwards accept`,
  );
  return [...new Set(rules)];
}

/** Those to clients that are there: what is sent to others would leave by the uplink. */
function portForwards(provider: ProviderNetwork | undefined, family: Family): PortForward[] {
  const present = new Set(attachedClients(provider, family).map(({ address }) => address));
  return (provider?.forwards ?? []).filter(({ to }) => present.has(to.ip));
}

function socketText({ ip, port }: PortForward['to'], { version }: Family): string {
  return version === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}
