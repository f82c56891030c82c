import { describe, expect, it } from 'vitest';
import { firewallRuleText } from '../../model/firewall-text.ts';
import { readRule } from './read-rule.ts';

const NOW = 1_700_000_000.7;

describe('readRule', () => {
  it.each([
    [['dsthost=127.0.0.1', 'action=accept'], 'action=accept dst4=127.0.0.1/32'],
    [['accept', '127.0.0.1', 'tcp', '80'], 'action=accept dst4=127.0.0.1/32 proto=tcp dstports=80-80'],
    [['accept', '127.0.0.1', 'icmp', '8'], 'action=accept dst4=127.0.0.1/32 proto=icmp icmptype=8'],
    [['dsthost=127.0.0.1', 'accept', 'dstports=443', 'tcp'], 'action=accept dst4=127.0.0.1/32 proto=tcp dstports=443-443'],
    [
      ['accept', 'dsthost=example.com', 'proto=tcp', 'dstports=443-443'],
      'action=accept dsthost=example.com proto=tcp dstports=443-443',
    ],
    [['dst4=::1', 'accept', 'udp', '53'], 'action=accept dst6=::1/128 proto=udp dstports=53-53'],
    [['drop', 'proto=icmp'], 'action=drop proto=icmp'],
    [['accept', 'specialtarget=dns'], 'action=accept specialtarget=dns'],
    [['accept', '192.168.0.0/24', 'comment=Allow LAN'], 'action=accept dst4=192.168.0.0/24 comment=Allow LAN'],
    [['comment=first', 'accept'], 'action=accept comment=first'],
    [['action=accept proto=tcp dstports=80 comment=a whole line'], 'action=accept proto=tcp dstports=80-80 comment=a whole line'],
    [['accept', 'expire=1525054180'], 'action=accept expire=1525054180'],
    [['accept', 'expire=+60'], 'action=accept expire=1700000060'],
    [['drop', '0.0.0.0/0', 'tcp'], 'action=drop proto=tcp'],
    [['drop', '::/0'], 'action=drop'],
    [['accept', 'tcp'], 'action=accept dsthost=tcp'],
  ])('%j', (words, text) => {
    expect(firewallRuleText(readRule(words, NOW))).toBe(text);
  });

  it.each([
    [[], 'which rule?'],
    [['accept', 'a.org', 'tcp', '80', '90'], '90 is one word too many for a rule'],
    [['accept', 'a.org', 'gre', '80'], 'this is no rule: proto cannot be gre'],
    [['allow', 'dst=1.2.3.4'], 'this is no rule: action cannot be allow: expected accept or drop; a rule has no dst'],
    [['proto=tcp', 'dstports=80-70'], 'this is no rule: a rule needs an action; dstports cannot be 80-70'],
    [['accept', 'expire=+x'], 'this is no rule: expire cannot be +x'],
    [['accept', 'comment=a', 'comment=b'], 'comment is given twice'],
    [['accept', 'dsthost=a.org', 'dst4=1.2.3.4'], 'this is no rule: the destination is given twice'],
  ])('complains of %j', (words, message) => {
    expect(() => readRule(words, NOW)).toThrow(message);
  });
});
