import type { MacAddress } from '../model/mac-address.ts';
import { rememberOutcome } from '../model/remember-outcome.ts';
import type { Link, Topology } from '../model/topology.ts';
import { macPlan } from './mac-plan.ts';
import { portKey } from './port-key.ts';

/** MACs that ports keep although the rule would now give them others, by portKey. */
export type MacPins = Readonly<Record<string, string>>;

/**
 * The pins that let every port of a lab keep its MAC when the topology changes: the rule of `macPlan` counts nodes and ports, so a node more
 * would give other nodes other MACs. `before` are the MACs in force; what the file itself gives counts first, so a port that has an address
 * which the file now gives to another one gets a new one.
 */
export const pinMacs: (next: Topology, before: ReadonlyMap<string, string>) => MacPins = rememberOutcome((next, before) => {
  const plan = macPlan(next);
  const pins: Record<string, string> = {};
  const given = givenPorts(next);
  const taken = new Set<string>();
  for (const [key, mac] of plan) if (given.has(key)) taken.add(mac);
  const kept = new Map<string, string>();
  for (const key of plan.keys()) {
    const old = before.get(key);
    if (old === undefined || given.has(key) || taken.has(old)) continue;
    taken.add(old);
    kept.set(key, old);
  }
  for (const [key, mac] of plan) {
    if (given.has(key)) continue;
    const own = kept.get(key) ?? (taken.has(mac) ? freeMac(mac, taken) : mac);
    taken.add(own);
    if (own !== mac) pins[key] = own;
  }
  return pins;
});

/** The topology with the pinned MACs written out at its links. */
export const withPinnedMacs: (topology: Topology, pins: MacPins) => Topology = rememberOutcome((topology, pins) => {
  if (Object.keys(pins).length === 0) return topology;
  return { ...topology, links: topology.links.map((link) => pinned(link, pins)) };
});

function pinned(link: Link, pins: MacPins): Link {
  const macs = (['tail', 'head'] as const).flatMap((side) => {
    const { node, port } = link[side];
    const mac = port === undefined ? undefined : pins[portKey(node, port)];
    const name = `qn_${side}mac`;
    return mac === undefined || link.attributes[name] ? [] : [[name, mac] as const];
  });
  return macs.length === 0 ? link : { ...link, attributes: { ...link.attributes, ...Object.fromEntries(macs) } };
}

function givenPorts({ links }: Topology): ReadonlySet<string> {
  const given = new Set<string>();
  for (const { tail, head, attributes } of links) {
    if (attributes['qn_tailmac']) given.add(portKey(tail.node, tail.port ?? ''));
    if (attributes['qn_headmac']) given.add(portKey(head.node, head.port ?? ''));
  }
  return given;
}

/** Counts down from XX:XX:XX:ff:ff:ff, as `macPlan` does for an address that is taken. */
function freeMac(like: MacAddress, taken: ReadonlySet<string>): string {
  for (let at = 0xffffff; at >= 0; at--) {
    const tail = at
      .toString(16)
      .padStart(6, '0')
      .replace(/(..)(?=.)/g, '$1:');
    const mac = `${like.slice(0, 9)}${tail}`;
    if (!taken.has(mac)) return mac;
  }
  throw new Error(`no MAC is free below ${like.slice(0, 8)}`);
}
