import type { Diagnostic } from '../model/diagnostic.ts';
import { FIREWALL, parseFirewall } from '../model/parse-firewall.ts';
import { shorten } from './shorten.ts';
import { spanInside } from './span-inside.ts';
import type { Occurrence } from './statements.ts';

/** Firewall rules that cannot be meant, each at its place inside the text, wherever nodes may get them from. */
export function findFirewallFaults(text: string, occurrences: readonly Occurrence[]): Diagnostic[] {
  return occurrences.flatMap(({ place, setting }) => {
    if (setting.name !== FIREWALL || (place !== 'graph' && place !== 'node')) return [];
    return parseFirewall(setting.value).faults.map(({ from, to, message, hint }): Diagnostic => {
      const span = spanInside(text, setting, from, to);
      return { code: 'bad-value', severity: 'error', message: `${FIREWALL}: ${shorten(message, 200)}`, hint, span };
    });
  });
}
