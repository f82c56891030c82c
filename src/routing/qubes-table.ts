import { antispoofChains } from './antispoof-chains.ts';
import { attachedClients, clientAddresses } from './attached-clients.ts';
import { clientInterface, toClients } from './client-interfaces.ts';
import { dnsChain } from './dns-chain.ts';
import { fakeAddressChains } from './fake-address.ts';
import { type Family, IPV6 } from './family.ts';
import { forwardedChains } from './forwarded-chains.ts';
import { inputChains } from './input-chains.ts';
import type { NftChain, NftSet, NftTable } from './nft-table.ts';
import type { NodeNetwork, ProviderNetwork } from './node-network.ts';
import { portForwardChain, portForwardPasses } from './port-forwards.ts';

const counters = [
  'spoofed',
  'spoofed-outside',
  'input-invalid',
  'input-clients',
  'input-rest',
  'forward-invalid',
  'forward-to-clients',
  'port-forwards',
  'port-forwards-ended',
];

/**
 * The rules that every node of the routed network has, in one family (Qubes' tables ip qubes and ip6 qubes): sources are checked, what
 * goes out is masqueraded at every hop, clients do not reach each other, and little reaches the node itself but what was forwarded to it. The chains custom-input and
 * custom-forward are the user's.
 */
export function qubesTable({ forwarded, provider }: Pick<NodeNetwork, 'forwarded' | 'provider'>, family: Family): NftTable {
  const ipv4 = family.version === 4;
  return {
    family: family.word,
    name: 'qubes',
    counters: [...counters, ipv4 ? 'input-dhcp' : 'input-redirects'],
    sets: addressSets(provider, family),
    chains: [
      { name: 'custom-input' },
      { name: 'custom-forward' },
      ...antispoofChains(family),
      ...(ipv4 ? fakeAddressChains(provider) : []),
      dnsChain(provider, family),
      portForwardChain(provider, family),
      ...forwardedChains(provider, family),
      ...inputChains(family, forwarded),
      forwardChain(provider, family),
      {
        name: 'postrouting',
        hook: 'type nat hook postrouting priority srcnat; policy accept;',
        rules: [...toClients('accept'), 'oif lo accept', 'jump forwarded-from', 'masquerade'],
      },
    ],
  };
}

/** IPv6 of a node that has none: nothing comes in but from the node itself, and nothing passes. */
export function closedIpv6Table(): NftTable {
  const open = qubesTable({ forwarded: [], provider: undefined }, IPV6);
  const rules: Record<string, readonly string[]> = {
    input: ['iif lo accept', 'counter name input-rest'],
    forward: ['counter name forward-rest drop'],
  };
  return {
    ...open,
    counters: [...open.counters, 'forward-rest'],
    chains: open.chains.map((chain) => (chain.rules === undefined ? chain : { ...chain, rules: rules[chain.name] ?? [] })),
  };
}

function addressSets(provider: ProviderNetwork | undefined, family: Family): NftSet[] {
  const attached = attachedClients(provider, family);
  return [
    {
      name: 'allowed',
      type: `ifname . ${family.addressType}`,
      elements: attached.map(({ address, client }) => `"${clientInterface(client)}" . ${address}`),
    },
    { name: 'downstream', type: family.addressType, elements: provider === undefined ? [] : clientAddresses(provider, family) },
  ];
}

function forwardChain(provider: ProviderNetwork | undefined, family: Family): NftChain {
  return {
    name: 'forward',
    hook: 'type filter hook forward priority filter; policy accept;',
    rules: [
      'jump custom-forward',
      'ct state invalid counter name forward-invalid drop',
      ...portForwardPasses(provider, family),
      'ct state established,related accept',
      'jump forwarded-to',
      ...toClients('counter name forward-to-clients drop'),
    ],
  };
}
