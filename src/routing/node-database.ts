import type { NodeNumbers } from '../address/node-numbers.ts';
import { CLIENT_DNS, CLIENT_DNS6 } from '../address/uplink-addresses.ts';
import { firewallEntries } from '../model/firewall-entries.ts';
import { firewallOf } from '../model/firewall-of.ts';
import type { Topology, TopologyNode } from '../model/topology.ts';
import { clientsOf, isNetworked, type UplinkTree } from '../model/uplink-tree.ts';
import { addressesOf, gatewaysOf, termsOf } from './uplink-terms.ts';

/** Limits of the genuine database (specs of Qubes networking, section 4). Bytes. */
const LONGEST_KEY = 63;
const LONGEST_VALUE = 3072;

/** What a node's database is made from. */
export interface DatabaseFacts {
  readonly topology: Topology;
  readonly tree: UplinkTree;
  readonly numbers: NodeNumbers;
  /** Seconds since 1970: rules that have expired are left out. */
  readonly now: number;
}

/**
 * What a node may read of its own configuration, by the keys of QubesDB (section 4), in the order of the keys. Keys that are too long, and
 * values that are, are left out, as the genuine daemon cannot write them.
 */
export function nodeDatabase(facts: DatabaseFacts, name: string): ReadonlyMap<string, string> {
  const node = facts.topology.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) return new Map();
  const entries = [...everyone(node, facts), ...client(facts, name), ...provider(facts, name)];
  const fitting = entries.filter(([key, value]) => key.length <= LONGEST_KEY && value.length <= LONGEST_VALUE);
  return new Map(fitting.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Entry = readonly [string, string];

function everyone({ attributes, name, template }: TopologyNode, { tree }: DatabaseFacts): Entry[] {
  const uplink = tree.nodes.get(name);
  const given = Object.entries(attributes);
  const named = (prefix: string, key: string, of: (value: string) => string): Entry[] =>
    given.flatMap(([attribute, value]): Entry[] =>
      attribute.startsWith(prefix) ? [[`${key}${attribute.slice(prefix.length)}`, of(value)]] : [],
    );
  return [
    ['/name', name],
    ['/type', attributes['qn_disposable'] ? 'DispVM' : 'AppVM'],
    ['/default-user', attributes['qn_default_user'] || 'user'],
    ['/qubes-debug-mode', attributes['qn_debug'] === 'true' ? '1' : '0'],
    ['/qubes-base-template', template ?? ''],
    ['/qubes-vm-type', vmType(uplink?.netvm !== undefined, uplink?.providesNetwork === true)],
    ['/qubes-vm-persistence', 'full'],
    ['/qubes-vm-updateable', 'True'],
    ...named('feature.service.', '/qubes-service/', (value) => (value === '' ? '0' : '1')),
    ...named('feature.vm-config.', '/vm-config/', (value) => value),
  ];
}

function vmType(hasUplink: boolean, provides: boolean): string {
  if (!provides) return 'AppVM';
  return hasUplink ? 'ProxyVM' : 'NetVM';
}

function client({ numbers, tree }: DatabaseFacts, name: string): Entry[] {
  const terms = termsOf(tree, numbers, name);
  if (terms === undefined) return [];
  const { gateway6, ip6, mac, visibleGateway, visibleIp, visibleNetmask } = terms;
  return [
    ['/qubes-mac', mac],
    ['/qubes-ip', visibleIp],
    ['/qubes-netmask', visibleNetmask],
    ['/qubes-gateway', visibleGateway],
    ['/qubes-primary-dns', CLIENT_DNS[0]],
    ['/qubes-secondary-dns', CLIENT_DNS[1]],
    ...(ip6 === undefined ? [] : [['/qubes-ip6', ip6] as const]),
    ...(gateway6 === undefined ? [] : [['/qubes-gateway6', gateway6] as const, ...dns6('/qubes')]),
  ];
}

/** Keys of ours, in the manner of those for IPv4: Qubes has none (decision 0015). */
function dns6(prefix: string): Entry[] {
  return [
    [`${prefix}-primary-dns6`, CLIENT_DNS6[0]],
    [`${prefix}-secondary-dns6`, CLIENT_DNS6[1]],
  ];
}

/** Clients that do not run are among those connected: nobody else may have their addresses. */
function provider(facts: DatabaseFacts, name: string): Entry[] {
  const { numbers, tree } = facts;
  const node = tree.nodes.get(name);
  const gateways = gatewaysOf(tree, numbers, name);
  if (node === undefined || !isNetworked(node) || !node.providesNetwork || gateways === undefined) return [];
  const clients = clientsOf(tree, name).map((each) => each.name);
  const all = clients.flatMap((each) => termsOf(tree, numbers, each) ?? []);
  return [
    ['/qubes-netvm-network', gateways.gateway],
    ['/qubes-netvm-gateway', gateways.gateway],
    ['/qubes-netvm-netmask', '255.255.255.255'],
    ['/qubes-netvm-primary-dns', CLIENT_DNS[0]],
    ['/qubes-netvm-secondary-dns', CLIENT_DNS[1]],
    ...(gateways.gateway6 === undefined ? [] : [['/qubes-netvm-gateway6', gateways.gateway6] as const, ...dns6('/qubes-netvm')]),
    ['/connected-ips', all.map(({ visibleIp }) => visibleIp).join(' ')],
    ['/connected-ips6', all.flatMap(({ ip6 }) => ip6 ?? []).join(' ')],
    ...all.flatMap(({ ip, visibleGateway, visibleIp }): Entry[] => [
      [`/mapped-ip/${ip}/visible-ip`, visibleIp],
      [`/mapped-ip/${ip}/visible-gateway`, visibleGateway],
    ]),
    ...clients.flatMap((each) => firewall(facts, each)),
  ];
}

/** The empty value at the end of the way is the signal that all of it is written. */
function firewall({ now, numbers, topology, tree }: DatabaseFacts, name: string): Entry[] {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  const own = addressesOf(tree, numbers, name);
  if (node === undefined || own === undefined) return [];
  const rules = firewallOf(topology, node, now);
  return [
    { address: own.ip, family: 4 as const },
    ...(own.ip6 === undefined ? [] : [{ address: own.ip6, family: 6 as const }]),
  ].flatMap(({ address, family }): Entry[] => [
    [`/qubes-firewall/${address}`, ''],
    ...[...firewallEntries(rules, family)].map(([key, value]): Entry => [`/qubes-firewall/${address}/${key}`, value]),
  ]);
}
