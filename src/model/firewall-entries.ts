import type { FirewallRule } from './firewall-rule.ts';
import { firewallRuleEntry } from './firewall-text.ts';

/**
 * What Qubes writes below `/qubes-firewall/ADDRESS` of a provider for an address of one family: the policy, and each rule under its number
 * of four digits. Rules for addresses of the other family are left out, and their numbers with them.
 */
export function firewallEntries(rules: readonly FirewallRule[], family: 4 | 6): ReadonlyMap<string, string> {
  const other = family === 4 ? 'dst6' : 'dst4';
  const entries = new Map([['policy', 'drop']]);
  for (const [number, rule] of rules.entries()) {
    if (rule.destination?.kind !== other) entries.set(String(number).padStart(4, '0'), firewallRuleEntry(rule));
  }
  return entries;
}
