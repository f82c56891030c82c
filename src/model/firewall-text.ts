import type { FirewallDestination, FirewallRule } from './firewall-rule.ts';

/** A rule as Qubes' Admin API returns it, which reads back as the same rule. */
export function firewallRuleText(rule: FirewallRule): string {
  return settingsText([['action', rule.action], ['expire', rule.expire], ...matchesOf(rule), ['comment', rule.comment]]);
}

/** Rules as the attribute holds them. */
export function firewallText(rules: readonly FirewallRule[]): string {
  return rules.map(firewallRuleText).join('\n');
}

/** A rule as Qubes writes it into the QubesDB of a provider: without what only people and timers look at. */
export function firewallRuleEntry(rule: FirewallRule): string {
  return settingsText([['action', rule.action], ...matchesOf(rule)]);
}

/** The address with its length, or the name. */
export function destinationText(destination: FirewallDestination): string {
  return destination.kind === 'dsthost' ? destination.name : destination.prefix;
}

type Setting = readonly [key: string, value: string | number | undefined];

function matchesOf({ destination, proto, specialTarget, ports, icmpType }: FirewallRule): Setting[] {
  return [
    [destination?.kind ?? '', destination && destinationText(destination)],
    ['proto', proto],
    ['specialtarget', specialTarget],
    ['dstports', ports && `${ports.from}-${ports.to}`],
    ['icmptype', icmpType],
  ];
}

function settingsText(settings: readonly Setting[]): string {
  return settings.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])).join(' ');
}
