import { attachedMac, nextEthernetName } from '../address/attached-name.ts';
import type { NodeNumbers } from '../address/node-numbers.ts';
import { uplinkInterface } from '../address/uplink-addresses.ts';
import { nicsOf } from '../model/machine-devices.ts';
import type { Link, Topology } from '../model/topology.ts';
import { PROVIDER_MAC, type UplinkTree } from '../model/uplink-tree.ts';
import { termsOf, type UplinkTerms } from '../routing/uplink-terms.ts';
import { type Connection, connectionLink, type NodeFacts } from './attachments.ts';

/** An uplink that is to exist now, and the terms on which it was attached. */
export interface Uplink {
  readonly client: string;
  readonly provider: string;
  readonly clientPort: string;
  readonly providerPort: string;
  /** The MAC that the provider's interface comes with. */
  readonly providerMac: string;
  readonly terms: UplinkTerms;
}

/** What the interface is called on the machine where it is a client itself. */
const MACHINE_PORT = 'weft0';

/** What uplinks follow from. */
export interface UplinkWishes {
  readonly topology: Topology;
  readonly tree: UplinkTree;
  readonly numbers: NodeNumbers;
  /** Those that exist: they keep their ports. */
  readonly connections: readonly Connection[];
}

/**
 * The uplinks that should exist, given those that do: one for each client that runs, as long as its provider runs, too. One that is there keeps
 * its terms, whatever has changed since. Nothing changes at a client that is paused: its uplink waits until it goes on; nor is one made at a
 * provider that is paused (specs of Qubes networking, sections 2 and 3). The client's interface is the next free ethN at the time. A virtual
 * machine that provides gets interfaces with MACs of their own, since it tells them apart by them, and changes them itself.
 */
export function uplinksOf(
  { topology, tree, numbers, connections }: UplinkWishes,
  before: readonly Uplink[],
  facts: NodeFacts,
): readonly Uplink[] {
  if (tree.nodes.size === 0 && before.length === 0) return before;
  const known = new Map(before.map((uplink) => [uplink.client, uplink]));
  const there = new Set(topology.nodes.map(({ name }) => name));
  const machines = new Set(topology.nodes.filter(({ kind }) => kind === 'vm').map(({ name }) => name));
  const machine = topology.nodes.find(({ kind }) => kind === 'host')?.name;
  const isMachine = (node: string) => machines.has(node);
  const lives = (uplink: Uplink) => [uplink.client, uplink.provider].every((node) => there.has(node) && facts.runs(node));
  const ports = portsByNode(topology, connections);
  const uplinks = [...there].flatMap((client): Uplink[] => {
    const kept = known.get(client);
    const netvm = tree.nodes.get(client)?.netvm;
    const isFree = kept !== undefined && ports.get(client)?.has(kept.clientPort) !== true;
    if (isFree && lives(kept) && (kept.provider === netvm || facts.paused(client))) return [kept];
    if (netvm === undefined || facts.paused(client) || facts.paused(netvm)) return [];
    const terms = termsOf(tree, numbers, client);
    const number = numbers[client];
    if (terms === undefined || number === undefined || !facts.runs(client) || !facts.runs(netvm)) return [];
    const clientPort = client === machine ? MACHINE_PORT : nextEthernetName(ports.get(client) ?? new Set());
    const providerPort = uplinkInterface(number);
    const providerMac = isMachine(netvm) ? attachedMac(netvm, client, 'backend') : PROVIDER_MAC;
    return [{ client, provider: netvm, clientPort, providerPort, providerMac, terms }];
  });
  return uplinks.length === before.length && uplinks.every((uplink, at) => uplink === before[at]) ? before : uplinks;
}

/** The link that carries an uplink; the provider is its tail. */
export function uplinkLink({ client, provider, clientPort, providerMac, providerPort, terms }: Uplink): Link {
  return {
    id: `${provider}:${providerPort}--${client}:${clientPort}`,
    tail: { node: provider, port: providerPort },
    head: { node: client, port: clientPort },
    attributes: { qn_tailmac: providerMac, qn_headmac: terms.mac },
  };
}

function portsByNode({ links, nodes }: Topology, connections: readonly Connection[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ports = new Map<string, Set<string>>(nodes.map((node) => [node.name, new Set(nicsOf(node))]));
  for (const { tail, head } of [...links, ...connections.map(connectionLink)]) {
    for (const { node, port } of [tail, head]) {
      if (port === undefined) continue;
      const own = ports.get(node) ?? new Set();
      ports.set(node, own.add(port));
    }
  }
  return ports;
}
