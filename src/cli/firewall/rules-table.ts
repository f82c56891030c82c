import type { FirewallRule } from '../../model/firewall-rule.ts';
import { destinationText } from '../../model/firewall-text.ts';
import { textTable } from '../text-table.ts';

const TITLES = ['NO', 'ACTION', 'HOST', 'PROTOCOL', 'PORT(S)', 'SPECIAL TARGET', 'ICMP TYPE', 'EXPIRE', 'COMMENT'];

/** Rules as qvm-firewall shows them: numbers from 0, - for what is not said, and how many seconds from `now` a rule ends. */
export function rulesTable(rules: readonly FirewallRule[], now: number): string[] {
  const rows = rules.map(({ action, destination, proto, ports, specialTarget, icmpType, expire, comment }, number) => [
    number,
    action,
    destination && destinationText(destination),
    proto,
    ports && (ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`),
    specialTarget,
    icmpType,
    expire === undefined ? undefined : `+${Math.round(expire - now)}s`,
    comment,
  ]);
  return textTable(
    TITLES.map((title) => ({ title })),
    rows.map((row) => row.map((cell) => String(cell ?? '-'))),
  );
}
