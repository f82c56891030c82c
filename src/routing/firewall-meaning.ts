import type { FirewallRule } from '../model/firewall-rule.ts';
import { isIpv4, isIpv6, parseIpPrefix } from '../model/ip-prefix.ts';
import type { Family } from './family.ts';
import type { ProviderNetwork } from './node-network.ts';

export type FirewallProtocol = 'tcp' | 'udp' | 'icmp';

/** What a firewall rule means in one family; what is left out matches all. */
export interface PacketMatch {
  readonly action: 'accept' | 'drop';
  /** More than one only with ports. */
  readonly protocols?: readonly FirewallProtocol[];
  /** ADDRESS/LENGTH. */
  readonly destinations?: readonly string[];
  /** The name servers of the provider. */
  readonly dns?: true;
  readonly ports?: { readonly from: number; readonly to: number };
  readonly icmpType?: number;
}

/** The meaning of all rules in their order, or why they mean nothing: then nothing may pass. */
export type Meaning = { readonly matches: readonly PacketMatch[] } | { readonly fault: string };

type Resolved = Pick<ProviderNetwork, 'resolved'>;

/** What a client's firewall means in one family. Rules for addresses of the other family have no part in it. */
export function firewallMeaning(rules: readonly FirewallRule[], family: Family, provider: Resolved): Meaning {
  const matches: PacketMatch[] = [];
  for (const rule of rules) {
    const fault = faultOf(rule);
    if (fault !== undefined) return { fault };
    if (isOfOtherFamily(rule, family)) continue;
    const destinations = destinationsOf(rule, family, provider);
    if (typeof destinations === 'string') return { fault: destinations };
    const match = matchOf(rule, destinations);
    if (match !== undefined) matches.push(match);
  }
  return { matches };
}

/** Why a rule could not be loaded, whatever names mean now. */
function faultOf({ destination, icmpType, ports, proto, specialTarget }: FirewallRule): string | undefined {
  if (specialTarget !== undefined && proto === 'icmp') return 'specialtarget=dns with proto=icmp';
  if (ports !== undefined && proto === 'icmp') return 'dstports with proto=icmp';
  if (ports !== undefined && !(isNumber(ports.from, 65535) && isNumber(ports.to, 65535) && ports.from <= ports.to)) {
    return `dstports=${ports.from}-${ports.to}`;
  }
  if (icmpType !== undefined && (proto !== 'icmp' || !isNumber(icmpType, 255))) return `icmptype=${icmpType}`;
  if (destination === undefined || destination.kind === 'dsthost') return undefined;
  const isAddress = destination.kind === 'dst4' ? isIpv4 : isIpv6;
  const [address = ''] = destination.prefix.split('/');
  return isAddress(address) && parseIpPrefix(destination.prefix) === destination.prefix.toLowerCase()
    ? undefined
    : `${destination.kind}=${destination.prefix}`;
}

function isOfOtherFamily({ destination }: FirewallRule, { version }: Family): boolean {
  return destination?.kind === (version === 4 ? 'dst6' : 'dst4');
}

/** Undefined for anywhere; text says why there is no answer. */
function destinationsOf({ destination }: FirewallRule, family: Family, { resolved }: Resolved): string[] | string | undefined {
  if (destination === undefined) return undefined;
  if (destination.kind !== 'dsthost') return destination.prefix.endsWith('/0') ? undefined : [destination.prefix];
  const isAddress = family.version === 4 ? isIpv4 : isIpv6;
  const addresses = (resolved.get(destination.name) ?? []).filter(isAddress);
  if (addresses.length === 0) return `dsthost=${destination.name} has no IPv${family.version} address`;
  return [...new Set(addresses)].sort().map((address) => `${address}/${family.version === 4 ? 32 : 128}`);
}

/** Undefined where a rule matches nothing: name servers are asked at port 53. */
function matchOf(rule: FirewallRule, destinations: readonly string[] | undefined): PacketMatch | undefined {
  const { action, icmpType, proto, specialTarget } = rule;
  if (specialTarget !== undefined && rule.ports !== undefined && (rule.ports.from !== 53 || rule.ports.to !== 53))
    return undefined;
  const ports = specialTarget === undefined ? rule.ports : { from: 53, to: 53 };
  const protocols: readonly FirewallProtocol[] | undefined =
    proto !== undefined ? [proto] : ports !== undefined ? ['tcp', 'udp'] : undefined;
  return {
    action,
    ...(protocols === undefined ? {} : { protocols }),
    ...(destinations === undefined ? {} : { destinations }),
    ...(specialTarget === undefined ? {} : { dns: true }),
    ...(ports === undefined ? {} : { ports }),
    ...(icmpType === undefined ? {} : { icmpType }),
  };
}

function isNumber(value: number, greatest: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= greatest;
}
