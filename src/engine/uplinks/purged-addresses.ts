import { CLIENT_DNS, CLIENT_DNS6 } from '../../address/uplink-addresses.ts';
import type { NodeNetwork } from '../../routing/node-network.ts';

/**
 * Addresses of clients that have come or gone: no connection of one may serve another. And those that clients ask for names, where other
 * servers answer now: who asks again from the same port is to reach them.
 */
export function purgedBetween(before: NodeNetwork | undefined, after: NodeNetwork | undefined): readonly string[] {
  const [was, is] = [attachedAddresses(before), attachedAddresses(after)];
  const [asked, asks] = [before?.provider?.resolvers, after?.provider?.resolvers];
  return [
    ...[...was].filter((address) => !is.has(address)),
    ...[...is].filter((address) => !was.has(address)),
    ...(asked === undefined || asks === undefined || asked.join() === asks.join()
      ? []
      : [...CLIENT_DNS, ...(after?.ipv6 === true ? CLIENT_DNS6 : [])]),
  ];
}

function attachedAddresses(network: NodeNetwork | undefined): ReadonlySet<string> {
  const attached = network?.provider?.clients.filter((client) => client.attached) ?? [];
  return new Set(attached.flatMap(({ ip, ip6 }) => (ip6 === undefined ? [ip] : [ip, ip6])));
}
