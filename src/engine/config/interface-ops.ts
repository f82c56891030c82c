import type { KernelOp, Netns } from '../../boundary/kernel.ts';
import type { InterfaceConfig } from '../../keyfile/interface-config.ts';

/** Brings an interface of a namespace to its configuration; run again, they change nothing. */
export function interfaceOps(netns: Netns, name: string, config: InterfaceConfig): KernelOp[] {
  const { addresses, group, ipv4 = [], ipv6, mac, mtu, neighbours, routes } = config;
  const at = { netns, name };
  const link = {
    ...(mac === undefined ? {} : { mac }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(group === undefined ? {} : { group }),
  };
  return [
    ...(Object.keys(link).length === 0 ? [] : [{ op: 'link-set' as const, ...at, ...link }]),
    ...ipv4.map(({ key, value }) => ({ op: 'sysctl' as const, netns, key: `net/ipv4/conf/${name}/${key}`, value })),
    ...ipv6.map(({ key, value }) => ({ op: 'sysctl' as const, netns, key: `net/ipv6/conf/${name}/${key}`, value })),
    { op: 'addresses-set', ...at, addresses },
    // Neighbours go with the last of the former addresses.
    ...(neighbours === undefined ? [] : [{ op: 'neighbours-set' as const, ...at, neighbours }]),
    { op: 'routes-set', ...at, routes },
  ];
}

/** What is left of an interface's configuration once no file is for it. */
export function withoutConfig(netns: Netns, name: string): KernelOp[] {
  return [
    { op: 'addresses-set', netns, name, addresses: [] },
    { op: 'routes-set', netns, name, routes: [] },
  ];
}
