import { attachedClients } from './attached-clients.ts';
import { NOT_FROM_CLIENTS } from './client-interfaces.ts';
import type { Family } from './family.ts';
import type { NftChain } from './nft-table.ts';
import type { PortForward, ProviderNetwork } from './node-network.ts';

/** The mark of the flows that are forwarded, so that they can be told from those that rules of the user lead elsewhere. */
const MARK = '0x77656674';

/** Ports of the node itself that lead to clients, for whoever asks from elsewhere; behind dnat-dns. */
export function portForwardChain(provider: ProviderNetwork | undefined, family: Family): NftChain {
  return {
    name: 'port-forwards',
    hook: 'type nat hook prerouting priority dstnat + 1; policy accept;',
    rules: portForwards(provider, family).map(
      ({ port, proto, to }) =>
        `${NOT_FROM_CLIENTS} fib daddr type local ${proto} dport ${port} ct mark set ${MARK} dnat to ${socketText(to, family)}`,
    ),
  };
}

/**
 * What lets them pass on their way, and no others that once passed: so it stands before the rule for what is established, and before the one
 * that keeps others from clients.
 */
export function portForwardPasses(provider: ProviderNetwork | undefined, family: Family): string[] {
  const accepts = portForwards(provider, family).map(
    ({ port, proto, to }) =>
      `ct mark ${MARK} ct direction original ${family.word} daddr ${to.ip} ${proto} dport ${to.port} ct original proto-dst ${port} counter name port-forwards accept`,
  );
  return [...accepts, `ct mark ${MARK} ct direction original counter name port-forwards-ended drop`];
}

/** Those to clients that are there: what is sent to others would leave by the uplink. */
function portForwards(provider: ProviderNetwork | undefined, family: Family): PortForward[] {
  const present = new Set(attachedClients(provider, family).map(({ address }) => address));
  return (provider?.forwards ?? []).filter(({ to }) => present.has(to.ip));
}

function socketText({ ip, port }: PortForward['to'], { version }: Family): string {
  return version === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}
