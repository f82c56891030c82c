import type { FirewallRule } from '../../model/firewall-rule.ts';
import { parseFirewallRule } from '../../model/parse-firewall-rule.ts';
import { UsageError } from '../complaints.ts';

const EXAMPLE = 'accept HOST tcp 443, or action=accept dsthost=HOST proto=tcp dstports=443';

/**
 * Reads one rule as qvm-firewall takes it: KEY=VALUE, or values alone, which stand for action, destination, protocol and ports or ICMP type
 * in this order, as far as they are not given. A whole rule may be one word. `expire=+60` is a minute from `now`, in seconds since 1970; a
 * network of all addresses is no destination. A UsageError with all that is wrong where it is no rule.
 */
export function readRule(words: readonly string[], now: number): FirewallRule {
  if (words.length === 0) throw new UsageError('which rule?', EXAMPLE);
  const settings = settingsIn(words.flatMap(partsOf)).map((setting) => atTime(setting, now));
  const isComment = (setting: string) => setting.startsWith('comment=');
  const comments = settings.filter(isComment);
  if (comments.length > 1) throw new UsageError('comment is given twice', 'leave one out');
  const { rule, faults } = parseFirewallRule([...settings.filter((setting) => !isComment(setting)), ...comments].join(' '));
  if (rule === undefined) {
    throw new UsageError(`this is no rule: ${faults.map(({ message }) => message).join('; ')}`, faults[0]?.hint);
  }
  const { destination, ...rest } = rule;
  const everywhere = destination === undefined || (destination.kind !== 'dsthost' && destination.prefix.endsWith('/0'));
  return everywhere ? rest : rule;
}

/** A comment is one word, whatever stands in it. */
function partsOf(word: string): readonly string[] {
  const comment = /(?<=^| )comment=/.exec(word)?.index ?? word.length;
  const settings = word.slice(0, comment).split(' ').filter(Boolean);
  return comment === word.length ? settings : [...settings, word.slice(comment)];
}

/** Gives values that stand alone their keys. */
function settingsIn(words: readonly string[]): readonly string[] {
  let open = ['action', 'dsthost', 'proto', 'dstports', 'icmptype'];
  return words.map((word) => {
    const at = word.indexOf('=');
    const [key, value] = at < 0 ? [open[0], word] : [word.slice(0, at), word.slice(at + 1)];
    if (key === undefined) throw new UsageError(`${word} is one word too many for a rule`, EXAMPLE);
    const said = /^dst(4|6|name)$/.test(key) ? 'dsthost' : key;
    const foreign = key !== 'proto' ? undefined : value === 'icmp' ? 'dstports' : 'icmptype';
    open = open.filter((name) => name !== said && name !== foreign);
    return `${key}=${value}`;
  });
}

function atTime(setting: string, now: number): string {
  const [, seconds] = /^expire=\+([0-9]+)$/.exec(setting) ?? [];
  return seconds === undefined ? setting : `expire=${Math.floor(now) + Number(seconds)}`;
}
