import { firewallOf } from '../../model/firewall-of.ts';
import type { FirewallRule } from '../../model/firewall-rule.ts';
import { firewallRuleText, firewallText } from '../../model/firewall-text.ts';
import { DEFAULT_FIREWALL, FIREWALL } from '../../model/parse-firewall.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { readRule } from '../firewall/read-rule.ts';
import { rulesTable } from '../firewall/rules-table.ts';
import { changeLab, runningLab } from '../lab/change-lab.ts';
import { desiredNode } from '../lab/desired-node.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';
import type { Words } from '../words.ts';

const ACTIONS = ['list', 'add', 'del', 'reset'];

export const firewallVerb: Verb = {
  name: 'firewall',
  summary: 'show and change the firewall rules of a node',
  help: `The words of qvm-firewall. Rules are for what the node sends through its uplink; the first that matches decides, and what none
matches is dropped. \`add\` puts a rule behind the others, \`del\` takes one away by its number or by what it says, \`reset\` lets everything
pass again. A rule is KEY=VALUE in any order, or the values of action, dsthost, proto and dstports (or icmptype) in this order; keys
are action, dsthost (an address, a network or a name), proto, dstports, icmptype, specialtarget, expire and comment. What changes is
kept as qn_firewall in the topology. docs/firewall.md says what each means.

Examples:
  weft firewall work
  weft firewall work add accept www.example.com tcp 443
  weft firewall work add --before 0 action=drop dst6=2001:db8::/32 comment='not there'
  weft firewall work add accept specialtarget=dns expire=+3600
  weft firewall work del --rule-no 1
  weft firewall work del accept www.example.com tcp 443
  weft firewall work --raw`,
  positional: [
    { syntax: '<node>', meaning: 'the node', completes: 'node' },
    { syntax: '[action]', meaning: 'list, add, del or reset', completes: 'firewall-action' },
    { syntax: '[rule...]', meaning: 'one rule', completes: 'firewall-word' },
  ],
  options: [
    { flags: '--before <number>', meaning: 'add in front of that rule' },
    { flags: '--rule-no <number>', meaning: 'the rule to take away' },
    { flags: '--raw', meaning: 'list rules as the file has them' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [name = '', action = 'list'] = words.positional;
    const now = context.secondsSince1970();
    const edit = editOf(words, action, now);
    const connection = await runningLab(context, words);
    const { topology, node } = await desiredNode(connection, name);
    const rules = firewallOf(topology, node, now);
    if (edit === undefined) {
      if (words.flag('json')) voice.printJson(rules.map((rule, number) => ({ number, text: firewallRuleText(rule), ...rule })));
      else voice.printAll(words.flag('raw') ? rules.map(firewallRuleText) : rulesTable(rules, now));
      return EXIT.ok;
    }
    const { next, done } = edit(name, rules);
    const value = next ?? (topology.attributes[FIREWALL] ? DEFAULT_FIREWALL : undefined);
    const attributes = { [FIREWALL]: value === undefined ? null : firewallText(value) };
    return await changeLab(voice, words, connection, { changes: [{ change: 'node', node: name, attributes }], done });
  },
};

/** What rules become, undefined for those of a node that was given none, and what to tell. */
type Edit = (
  node: string,
  rules: readonly FirewallRule[],
) => { readonly next: readonly FirewallRule[] | undefined; readonly done: string };

/** What the words ask for; undefined where only a list is wanted. A UsageError where they cannot be understood. */
function editOf(words: Words, action: string, now: number): Edit | undefined {
  const rule = words.positional.slice(2);
  if (!ACTIONS.includes(action)) throw new UsageError(`there is no firewall ${action}`, nameHint(action, ACTIONS));
  if (words.flag('raw') && action !== 'list') throw new UsageError('--raw belongs to list');
  const before = numberIn(words, 'before', action === 'add');
  const number = numberIn(words, 'ruleNo', action === 'del');
  if (action === 'add') return adding(readRule(rule, now), before);
  const taker = action !== 'del' ? action : number === undefined ? undefined : '--rule-no';
  if (taker !== undefined && rule.length > 0) throw new UsageError(`${taker} takes no rule`);
  if (action === 'del') return deleting(number ?? readRule(rule, now));
  return action === 'list' ? undefined : (node) => ({ next: undefined, done: `Everything that ${node} sends passes again` });
}

function adding(rule: FirewallRule, before: number | undefined): Edit {
  return (node, rules) => {
    const at = before ?? rules.length;
    if (at > rules.length) throw noRule(node, at, rules);
    return { next: rules.toSpliced(at, 0, rule), done: `Rule ${at} of ${node} is ${firewallRuleText(rule)}` };
  };
}

function deleting(wanted: FirewallRule | number): Edit {
  return (node, rules) => {
    const text = typeof wanted === 'number' ? undefined : firewallRuleText(wanted);
    const at = typeof wanted === 'number' ? wanted : rules.findIndex((rule) => firewallRuleText(rule) === text);
    const rule = rules[at];
    if (rule === undefined) throw noRule(node, text ?? at, rules);
    if (rules.length === 1) {
      const hint = `without rules everything passes: weft firewall ${node} reset does that; add drop first to let nothing pass`;
      throw new Refusal(EXIT.failed, `rule ${at} is the only one of ${node}`, hint);
    }
    return { next: rules.toSpliced(at, 1), done: `${node} no longer has the rule ${firewallRuleText(rule)}` };
  };
}

function noRule(node: string, wanted: number | string, rules: readonly FirewallRule[]): Refusal {
  const last = rules.length - 1;
  const numbers = last < 0 ? 'it has none' : last === 0 ? 'it has rule 0' : `it has the rules 0 to ${last}`;
  return new Refusal(EXIT.failed, `${node} has no rule ${wanted}`, `${numbers}; weft firewall ${node} lists them`);
}

/** An option that is a rule's number, where it may be given. */
function numberIn(words: Words, option: 'before' | 'ruleNo', allowed: boolean): number | undefined {
  const text = words.text(option);
  if (text === undefined) return undefined;
  const [flag, action] = option === 'before' ? ['--before', 'add'] : ['--rule-no', 'del'];
  if (!allowed) throw new UsageError(`${flag} belongs to ${action}`);
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`${flag} needs the number of a rule, not ${text}`);
  return Number(text);
}
