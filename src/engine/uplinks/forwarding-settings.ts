import type { NodeNetwork } from '../../routing/node-network.ts';

/** A path below /proc/sys, with slashes, and what is to stand there. */
export interface Setting {
  readonly key: string;
  readonly value: string;
}

/** Whether a client of the node is reached by its own address: others then have to find it behind the node (section 8). */
export function isForwarding(network: NodeNetwork | undefined): boolean {
  return network?.provider?.clients.some(({ attached, forwarded }) => attached && forwarded) === true;
}

function answersForOthers(value: '0' | '1'): readonly Setting[] {
  return [
    { key: 'net/ipv4/conf/all/proxy_arp', value },
    { key: 'net/ipv6/conf/all/proxy_ndp', value },
  ];
}

/** A node forwards while it provides network (specs of Qubes networking, section 5); of others nothing is said. */
export function settingsOf(network: NodeNetwork | undefined, wasForwarding: boolean): readonly Setting[] {
  const answers = isForwarding(network) ? answersForOthers('1') : wasForwarding ? answersForOthers('0') : [];
  if (network === undefined) {
    return [...answers, { key: 'net/ipv4/ip_forward', value: '0' }, { key: 'net/ipv6/conf/all/forwarding', value: '0' }];
  }
  if (network.provider === undefined) return answers;
  return [
    ...answers,
    { key: 'net/ipv4/ip_forward', value: '1' },
    { key: 'net/ipv6/conf/all/forwarding', value: network.provider.gateway6 === undefined ? '0' : '1' },
  ];
}
