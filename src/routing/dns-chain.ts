import { CLIENT_DNS, CLIENT_DNS6 } from '../address/uplink-addresses.ts';
import { isIpv4, isIpv6 } from '../model/ip-prefix.ts';
import type { Family } from './family.ts';
import type { NftChain } from './nft-table.ts';
import type { ProviderNetwork } from './node-network.ts';

/**
 * Each of the name servers that every client asks is one of the provider's own of the same family, in turn. In a chain of providers that
 * server is an address of the list again, which the next provider translates. Where the provider knows none, nobody answers; where it knows some of the
 * other family, the client is told at once, and asks those.
 */
export function dnsChain(provider: ProviderNetwork | undefined, family: Family): NftChain {
  return {
    name: 'dnat-dns',
    hook: 'type nat hook prerouting priority dstnat; policy accept;',
    rules: provider === undefined ? [] : askedIn(family).flatMap((address, index) => dnsRules(address, index, provider, family)),
  };
}

/** Those of a provider's name servers of one family that clients can be led to. */
export function resolversOf({ resolvers }: Pick<ProviderNetwork, 'resolvers'>, { version }: Family): string[] {
  return resolvers.filter(version === 4 ? isIpv4 : isIpv6);
}

/** What a client has in its resolv.conf(5), which counts three: both families are among them, and the one that has always been there is first. */
export function clientNameServers(hasIpv6: boolean): readonly string[] {
  return hasIpv6 ? CLIENT_DNS.flatMap((address, index) => [address, CLIENT_DNS6[index] ?? '']) : CLIENT_DNS;
}

function askedIn({ version }: Family): readonly string[] {
  return version === 4 ? CLIENT_DNS : CLIENT_DNS6;
}

function dnsRules(address: string, index: number, provider: ProviderNetwork, family: Family): string[] {
  const resolvers = resolversOf(provider, family);
  const resolver = resolvers[index % resolvers.length];
  const others = provider.resolvers.some((each) => isIpv4(each) || isIpv6(each));
  const silence = others ? `reject with ${family.icmp} port-unreachable` : 'drop';
  const verdict = resolver === undefined ? silence : `dnat to ${resolver}`;
  return ['udp', 'tcp'].map((proto) => `${family.word} daddr ${address} ${proto} dport 53 ${verdict}`);
}
