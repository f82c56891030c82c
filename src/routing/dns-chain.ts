import { isIpv4 } from '../model/ip-prefix.ts';
import type { NftChain } from './nft-table.ts';
import type { ProviderNetwork } from './node-network.ts';

/** The name servers that every client asks. */
const asked = ['10.139.1.1', '10.139.1.2'];

/**
 * Each of them is one of the provider's own name servers, in turn; where the provider knows none, nobody answers. In a chain of providers
 * that server is an address of the list again, which the next provider translates.
 */
export function dnsChain(provider: ProviderNetwork | undefined): NftChain {
  return {
    name: 'dnat-dns',
    hook: 'type nat hook prerouting priority dstnat; policy accept;',
    rules: provider === undefined ? [] : asked.flatMap((address, index) => dnsRules(address, resolversOf(provider), index)),
  };
}

/** Those of its name servers that clients can be led to. */
export function resolversOf({ resolvers }: ProviderNetwork): string[] {
  return resolvers.filter(isIpv4);
}

function dnsRules(address: string, resolvers: readonly string[], index: number): string[] {
  const resolver = resolvers[index % resolvers.length];
  const verdict = resolver === undefined ? 'drop' : `dnat to ${resolver}`;
  return ['udp', 'tcp'].map((proto) => `ip daddr ${address} ${proto} dport 53 ${verdict}`);
}
