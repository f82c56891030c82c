import { livingRules } from './firewall-expiry.ts';
import type { FirewallRule } from './firewall-rule.ts';
import { FIREWALL, parseFirewall } from './parse-firewall.ts';
import { attributeOf, type Topology, type TopologyNode } from './topology.ts';

/** The rules of a node that exist at a time in seconds since 1970: its own, else the graph's, else those of everyone. */
export function firewallOf(
  topology: Pick<Topology, 'attributes'>,
  node: Pick<TopologyNode, 'attributes'>,
  now: number,
): readonly FirewallRule[] {
  return livingRules(parseFirewall(attributeOf(topology, node, FIREWALL) ?? '').rules, now);
}
