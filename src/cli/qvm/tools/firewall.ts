import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { quoted } from '../../../api/qubes/python-text.ts';
import { QubesError } from '../../../api/qubes/qubes-error.ts';
import { linesOf } from '../../../api/qubes/wire/qube-line.ts';
import type { FirewallRule } from '../../../model/firewall-rule.ts';
import { firewallRuleText } from '../../../model/firewall-text.ts';
import { DEFAULT_FIREWALL } from '../../../model/parse-firewall.ts';
import { parseFirewallRule } from '../../../model/parse-firewall-rule.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { readRule } from '../../firewall/read-rule.ts';
import { rulesTable } from '../../firewall/rules-table.ts';
import type { Words } from '../../words.ts';
import { ONE_QUBE, oneQube } from '../qubes.ts';
import { type Tool, ToolFailure } from '../tool.ts';

const COMMANDS = ['add', 'del', 'list', 'reset'];

export const firewallTool: Tool = {
  name: 'qvm-firewall',
  summary: "manage a qube's firewall rules",
  help: `A rule is ACTION [DSTHOST [PROTO [DSTPORTS|ICMPTYPE]]], or the same as action=, dsthost= (also dst4=, dst6=), proto=, dstports= and icmptype= in
any order, with specialtarget=dns, expire= (seconds since 1970, or +SECONDS from now) and comment= where wanted.

Examples:
  qvm-firewall work
  qvm-firewall work add accept www.example.com tcp 443
  qvm-firewall work add --before 0 drop dst6=2001:db8::/32
  qvm-firewall work del --rule-no 1
  qvm-firewall --raw work
  qvm-firewall work reset`,
  positional: [
    ONE_QUBE,
    { syntax: '[COMMAND]', meaning: 'add, del, list or reset', completes: 'firewall-action' },
    { syntax: '[RULE...]', meaning: 'the rule to add or to take away', completes: 'firewall-word' },
  ],
  options: [
    { flags: '--before <number>', meaning: 'add before the rule of that number instead of at the end' },
    { flags: '--rule-no <number>', meaning: 'the rule to take away' },
    { flags: '-r, --reload', meaning: 'load the same rules again' },
    { flags: '--raw', meaning: 'print rules as the daemon has them' },
  ],
  async run({ client, complain, context, printAll }, words) {
    const [name = '', command = 'list'] = words.positional;
    const now = context.secondsSince1970();
    const edit = editOf(words, command, now);
    const qube = (await oneQube(client, name)).name;
    try {
      const rules = await rulesOf(client, qube);
      if (edit !== undefined) await client.setFirewall(qube, edit(rules).map(firewallRuleText));
      else printAll(words.flag('raw') ? rules.map(toolText) : rulesTable(rules, now));
      if (edit === undefined && words.flag('reload')) await client.call('admin.vm.firewall.Reload', qube);
      return EXIT.ok;
    } catch (failure) {
      if (!(failure instanceof QubesError)) throw failure;
      complain(failure.message);
      return EXIT.failed;
    }
  },
};

/** A rule as the tool prints it, in another order than the daemon. */
function toolText(rule: FirewallRule): string {
  const { comment, ...rest } = rule;
  const place = (setting: string) => ORDER.findIndex((key) => setting.startsWith(key));
  const settings = firewallRuleText(rest)
    .split(' ')
    .toSorted((a, b) => place(a) - place(b));
  return [...settings, ...(comment === undefined ? [] : [`comment=${comment}`])].join(' ');
}

const ORDER = ['action=', 'proto=', 'dst4=', 'dst6=', 'dsthost=', 'dstports=', 'icmptype=', 'specialtarget=', 'expire='];

type Edit = (rules: readonly FirewallRule[]) => readonly FirewallRule[];

function editOf(words: Words, command: string, now: number): Edit | undefined {
  const rule = words.positional.slice(2);
  const before = numberIn(words, 'before');
  const number = numberIn(words, 'ruleNo');
  if (command === 'add') {
    const added = readRule(rule, now);
    return (rules) => rules.toSpliced(before ?? rules.length, 0, added);
  }
  if (command === 'del') {
    const text = number === undefined ? firewallRuleText(readRule(rule, now)) : undefined;
    return (rules) => {
      const at = number ?? rules.findIndex((each) => firewallRuleText(each) === text);
      if (rules[at] === undefined) throw new ToolFailure(`no such rule: ${text ?? at}`);
      return rules.toSpliced(at, 1);
    };
  }
  if (!COMMANDS.includes(command)) {
    const choices = COMMANDS.map(quoted).join(', ');
    throw new UsageError(`argument command: invalid choice: ${quoted(command)} (choose from ${choices})`);
  }
  if (rule.length > 0) throw new UsageError(`unrecognized arguments: ${rule.join(' ')}`);
  return command === 'list' ? undefined : () => DEFAULT_FIREWALL;
}

function numberIn(words: Words, option: 'before' | 'ruleNo'): number | undefined {
  const text = words.text(option);
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new UsageError(`argument ${option === 'before' ? '--before' : '--rule-no'}: invalid int value: ${quoted(text)}`);
  }
  return Number(text);
}

async function rulesOf(client: QubesClient, qube: string): Promise<readonly FirewallRule[]> {
  return linesOf(await client.callForText('admin.vm.firewall.Get', qube)).map((line) => {
    const { rule, faults } = parseFirewallRule(line);
    if (rule === undefined) throw new ToolFailure(`the daemon sent a rule that is none: ${line}: ${faults[0]?.message ?? ''}`);
    return rule;
  });
}
