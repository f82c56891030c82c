import { type MacAddress, parseMac } from '../model/mac-address.ts';
import { rememberOutcome } from '../model/remember-outcome.ts';
import { attributeOf, isGenerated, type Topology, type TopologyNode } from '../model/topology.ts';
import { compareVersions } from '../model/version-order.ts';
import { portKey } from './port-key.ts';

/** An end that nobody gave an address: the node's and the port's numbers count from 1. */
interface NumberedEnd {
  readonly key: string;
  readonly base: readonly number[];
  readonly node: number;
  readonly port: number;
  /** The first five bytes by the rule, with a colon after each. */
  readonly start: string;
}

/**
 * The MAC of every port of a generated node, by portKey; of other nodes only those that the file gives. No two are equal, except where the file itself
 * gives one twice.
 *
 * The rule is qeneth's: `qn_headmac` and `qn_tailmac` count first. Else the first four bytes of the node's `qn_basemac`, or of `qn_oui` and 00, or
 * 02:00:00:00; then the node's number in version order among the generated nodes that have links; then the port's number in version order on
 * its node. Beyond 255, and for an address that is taken, docs/decisions/0003-macs-beyond-255.md adds two rules:
 * - node numbers above 255 carry into the fourth byte (modulo 256);
 * - an end that still has no address (port number above 255, or its address is taken) gets the highest free one below XX:XX:XX:ff:ff:ff,
 *   XX:XX:XX being the first three bytes of its base.
 */
export const macPlan: (topology: Topology) => ReadonlyMap<string, MacAddress> = rememberOutcome((topology) => {
  const macs = givenMacs(topology);
  const taken = new Set<string>(macs.values());
  const ends = numberedEnds(topology, macs);
  const regular = ends.filter((end) => end.node <= 255 && end.port <= 255);
  const carried = ends.filter((end) => end.node > 255 && end.port <= 255);
  const rest = ends.filter((end) => end.port > 255);
  for (const end of [...regular, ...carried]) {
    const mac = ruleMac(end);
    if (taken.has(mac)) rest.push(end);
    else {
      taken.add(mac);
      macs.set(end.key, mac);
    }
  }
  const lowest = new Map<string, number>();
  for (const end of rest) macs.set(end.key, highestFree(end.base, taken, lowest));
  return macs;
});

function givenMacs(topology: Topology): Map<string, MacAddress> {
  const macs = new Map<string, MacAddress>();
  for (const link of topology.links) {
    for (const [end, name] of [[link.tail, 'qn_tailmac'] as const, [link.head, 'qn_headmac'] as const]) {
      const given = link.attributes[name];
      const mac = given === undefined ? undefined : parseMac(given);
      if (mac !== undefined && end.port !== undefined) macs.set(portKey(end.node, end.port), mac);
    }
  }
  return macs;
}

function numberedEnds(topology: Topology, given: ReadonlyMap<string, MacAddress>): NumberedEnd[] {
  const generated = new Map(topology.nodes.filter(isGenerated).map((node) => [node.name, node]));
  const ports = new Map<string, string[]>();
  for (const { tail, head } of topology.links) {
    for (const { node, port } of [tail, head]) {
      if (port === undefined || !generated.has(node)) continue;
      const known = ports.get(node);
      if (known === undefined) ports.set(node, [port]);
      else known.push(port);
    }
  }
  const names = [...ports.keys()].sort(compareVersions);
  return names.flatMap((name, at) => {
    const base = baseOf(topology, generated.get(name));
    const sorted = (ports.get(name) ?? []).sort(compareVersions);
    const start = ruleStart(base, at + 1);
    return sorted
      .map((port, index) => ({ key: portKey(name, port), base, node: at + 1, port: index + 1, start }))
      .filter((end) => !given.has(end.key));
  });
}

/** Four bytes; a value that is no address counts as unset, since the reader of the file has reported it. */
function baseOf(topology: Topology, node: TopologyNode | undefined): readonly number[] {
  const own = bytesOf(node === undefined ? undefined : attributeOf(topology, node, 'qn_basemac'));
  if (own.length >= 4) return own.slice(0, 4);
  const oui = bytesOf(topology.attributes['qn_oui']);
  return oui.length >= 3 ? [...oui.slice(0, 3), 0] : [2, 0, 0, 0];
}

function bytesOf(text: string | undefined): number[] {
  if (text === undefined) return [];
  const groups = text.trim().split(/[:-]/);
  return groups.every((group) => /^[0-9a-f]{2}$/i.test(group)) ? groups.map((group) => Number.parseInt(group, 16)) : [];
}

function ruleStart(base: readonly number[], node: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = base;
  return `${macOf([a, b, c, (d + (node >> 8)) & 0xff, node & 0xff])}:`;
}

function ruleMac({ start, port }: NumberedEnd): MacAddress {
  return `${start}${hex[port]}` as MacAddress;
}

function highestFree(base: readonly number[], taken: Set<string>, lowest: Map<string, number>): MacAddress {
  const prefix = base.slice(0, 3);
  const key = prefix.join();
  for (let at = (lowest.get(key) ?? 0x1000000) - 1; at >= 0; at--) {
    const mac = macOf([...prefix, at >> 16, (at >> 8) & 0xff, at & 0xff]);
    if (taken.has(mac)) continue;
    taken.add(mac);
    lowest.set(key, at);
    return mac;
  }
  throw new Error(`more than ${0x1000000} ports share the first three bytes of their MAC`);
}

const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function macOf(bytes: readonly number[]): MacAddress {
  return bytes.map((byte) => hex[byte]).join(':') as MacAddress;
}
