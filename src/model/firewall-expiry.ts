import type { FirewallRule } from './firewall-rule.ts';

/** The rules that exist at a time in seconds since 1970. */
export function livingRules(rules: readonly FirewallRule[], now: number): readonly FirewallRule[] {
  return rules.filter(({ expire }) => expire === undefined || expire > now);
}

/** When the next of the rules that exist now ends; undefined when none will. */
export function nextExpiry(rules: readonly FirewallRule[], now: number): number | undefined {
  const ends = livingRules(rules, now).flatMap(({ expire }) => expire ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
