import type { KernelOp, Netns } from '../../boundary/kernel.ts';
import type { InterfaceConfig } from '../../keyfile/interface-config.ts';

/** Brings an interface of a namespace to its configuration; run again, they change nothing. */
export function interfaceOps(netns: Netns, name: string, { addresses, ipv6, mac, mtu, routes }: InterfaceConfig): KernelOp[] {
  const at = { netns, name };
  return [
    ...(mac === undefined && mtu === undefined
      ? []
      : [{ op: 'link-set' as const, ...at, ...(mac === undefined ? {} : { mac }), ...(mtu === undefined ? {} : { mtu }) }]),
    ...ipv6.map(({ key, value }) => ({ op: 'sysctl' as const, netns, key: `net/ipv6/conf/${name}/${key}`, value })),
    { op: 'addresses-set', ...at, addresses },
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
