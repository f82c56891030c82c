import type { FirewallRule } from './firewall-rule.ts';
import { parseFirewallRule } from './parse-firewall-rule.ts';
import type { TextFault } from './text-fault.ts';
import { valueLines } from './value-lines.ts';

/** The attribute that holds the rules of a node. */
export const FIREWALL = 'qn_firewall';

/** What a node has that was given none: everything passes. */
export const DEFAULT_FIREWALL: readonly FirewallRule[] = [{ action: 'accept' }];

export interface ParsedFirewall {
  /** Empty where anything is wrong: then nothing passes. Expired ones are among them. */
  readonly rules: readonly FirewallRule[];
  /** All of them, in the order of the text. */
  readonly faults: readonly TextFault[];
}

/**
 * Reads the rules of a node: one a line, and a line end behind the last one where wanted. Empty is as good as none given. What no rule
 * matches is always dropped, so that a list that lets nothing pass is `action=drop`.
 */
export function parseFirewall(value: string): ParsedFirewall {
  if (value === '') return { rules: DEFAULT_FIREWALL, faults: [] };
  const lines = valueLines(value);
  const given = lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines;
  const parsed = given.map(({ text, at, next }) =>
    text.trim() === ''
      ? { rule: undefined, faults: [{ from: at, to: next, message: 'an empty line is no rule', hint: 'leave it out' }] }
      : parseFirewallRule(text, at),
  );
  const faults = parsed.flatMap((line) => line.faults);
  return { rules: faults.length > 0 ? [] : parsed.flatMap(({ rule }) => rule ?? []), faults };
}
