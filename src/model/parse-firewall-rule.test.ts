import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firewallRules } from '../../test/support/firewall-rules.ts';
import { firewallRuleText } from './firewall-text.ts';
import { parseFirewallRule } from './parse-firewall-rule.ts';

/** The rule as Qubes returns it, or `TEXT: message; hint` of each fault. */
function read(line: string): string | string[] {
  const { rule, faults } = parseFirewallRule(line);
  if (rule !== undefined) return firewallRuleText(rule);
  return faults.map(({ from, to, message, hint }) => `${line.slice(from, to)}: ${message}; ${hint}`);
}

const refused = (line: string, part: string, message: RegExp) => {
  expect(read(line)).toEqual([expect.stringMatching(new RegExp(`^${part.replace(/[[\]./+?]/g, '\\$&')}: .*${message.source}`))]);
};

describe('parseFirewallRule', () => {
  it.each(['action=accept', 'action=drop', 'action=accept proto=tcp', 'action=drop proto=udp', 'action=drop proto=icmp'])(
    'case 15: %s is a choice',
    (line) => {
      expect(read(line)).toBe(line);
    },
  );

  it.each([
    ['action=reject', /accept or drop; write action=accept$/],
    ['action=forward', /accept or drop; write action=accept$/],
    ['action=Accept', /accept or drop; write action=accept$/],
    ['action=', /cannot be empty: expected accept or drop; write action=accept$/],
  ])('case 15: %s is none', (line, message) => {
    refused(line, line, message);
  });

  it.each([
    ['proto=sctp', /tcp or udp or icmp; write proto=tcp$/],
    ['proto=6', /tcp or udp or icmp; write proto=tcp$/],
    ['proto=constructor', /tcp or udp or icmp; write proto=tcp$/],
    ['specialtarget=ntp', /expected dns; write specialtarget=dns$/],
  ])('case 15: %s is none either', (setting, message) => {
    refused(`action=accept ${setting}`, setting, message);
  });

  it.each([
    ['dsthost=qubes-os.org', 'dsthost=qubes-os.org'],
    ['dsthost=127.0.0.1', 'dst4=127.0.0.1/32'],
    ['dsthost=127.0.0.0/8', 'dst4=127.0.0.0/8'],
    ['dst4=127.0.0.1/8', 'dst4=127.0.0.1/8'],
    ['dst4=0.0.0.0/0', 'dst4=0.0.0.0/0'],
    ['dstname=2001:abcd:efab::3', 'dst6=2001:abcd:efab::3/128'],
    ['dst4=2001:ABCD:efab:0::0003/64', 'dst6=2001:abcd:efab::3/64'],
    ['dst6=::/0', 'dst6=::/0'],
    ['dst6=192.0.2.1', 'dst4=192.0.2.1/32'],
    ['dst4=qubes-os.org', 'dsthost=qubes-os.org'],
    ['dstname=_x.3com.com', 'dsthost=_x.3com.com'],
    ['dsthost=qubes-os.org.', 'dsthost=qubes-os.org.'],
  ])('case 16: %s is %s', (written, text) => {
    expect(read(`action=accept ${written}`)).toBe(`action=accept ${text}`);
  });

  it.each([
    '127.0.0.0/33',
    '127.0.0.0/-1',
    '127.0.0.0/',
    '127.0.0.0/08',
    '127.0.0.0/8/8',
    '127/8',
    '127',
    '137.327.0.0',
    '137.327.0.0/16',
    '1.2.3.4.5',
    '1.2.3.4.5/32',
    '010.0.0.1',
    '2001:abcd:efab::3/129',
    '2001:abcd:efab::3/-1',
    '2001:abcd:efab0123::3/128',
    '2001:abcd:efab:3/128',
    '2001:abcd:efab:3',
    '2001:abcd:efab:a:a:a:a:a:a:3/128',
    '2001:abcd:efgh::3',
    '2001:abcd:efgh::3/128',
    'fe80::1%eth0',
    'https://qubes-os.org',
    'qubes-os.org:443',
    'Qubes-OS.org',
    '-qubes',
    'qubes!',
    'qubes/24',
    `${'a'.repeat(254)}`,
    '',
  ])('case 16: %j is no destination', (written) => {
    refused(`action=accept dsthost=${written} proto=udp`, `dsthost=${written}`, /cannot be .*: expected an? /);
  });

  it('case 16: a name has no spaces, and is told in lower case', () => {
    expect(read('action=accept dsthost=www  qubes-os.org')).toHaveLength(2);
    refused('action=drop dst4=Qubes-OS.org', 'dst4=Qubes-OS.org', /a name in lower case: qubes-os.org;/);
  });

  it.each([
    ['80', '80-80'],
    ['00080', '80-80'],
    ['80-90', '80-90'],
    ['0-65535', '0-65535'],
    ['443-443', '443-443'],
  ])('case 17: the ports %s are %s', (written, text) => {
    expect(read(`action=accept proto=tcp dstports=${written}`)).toBe(`action=accept proto=tcp dstports=${text}`);
  });

  it.each(['80-90-100', 'abcdef', '', '100-20', '1000000000000', '1-1000000000000', '65536', '-1', '80-', '-80', '0x50', '8e1'])(
    'case 17: %j are no ports',
    (written) => {
      refused(`action=accept proto=udp dstports=${written}`, `dstports=${written}`, /a port from 0 to 65535/);
    },
  );

  it('case 17: two ports with a space between them are none', () => {
    refused('action=accept proto=tcp dstports=80 90', '90', /90 is no setting/);
  });

  it.each([
    ['8', '8'],
    ['008', '8'],
    ['0', '0'],
    ['255', '255'],
  ])('case 18: the ICMP type %s', (written, text) => {
    expect(read(`action=drop proto=icmp icmptype=${written}`)).toBe(`action=drop proto=icmp icmptype=${text}`);
  });

  it.each(['600', '256', '-1', 'abcde', '', '0008'])('case 18: %j is no ICMP type', (written) => {
    refused(`action=drop proto=icmp icmptype=${written}`, `icmptype=${written}`, /a number from 0 to 255; write icmptype=8$/);
  });

  it.each(['0', '1463292452', '2583292452', '253402300799'])('case 19: a rule may expire at %s', (expire) => {
    expect(read(`action=accept proto=icmp expire=${expire}`)).toBe(`action=accept expire=${expire} proto=icmp`);
  });

  it.each(['abcdef', '', '-1', '+60', '1.5', '253402300800'])('case 19: no rule expires at %j', (expire) => {
    refused(`action=accept expire=${expire}`, `expire=${expire}`, /seconds since 1970;/);
  });

  it.each([
    ['proto=icmp', 'proto=icmp', /a rule needs an action; begin with action=accept/],
    ['comment=nothing else', 'comment=nothing else', /a rule needs an action/],
    ['action=accept proto=icmp dstports=80', 'dstports=80', /dstports needs proto=tcp or proto=udp/],
    ['action=accept dstports=80', 'dstports=80', /dstports needs proto=tcp or proto=udp/],
    ['action=accept proto=tcp icmptype=8', 'icmptype=8', /icmptype needs proto=icmp/],
    ['action=accept icmptype=8', 'icmptype=8', /icmptype needs proto=icmp/],
    ['action=accept proto=gre icmptype=8', 'proto=gre', /proto cannot be gre/],
  ])('case 21: %s is incomplete', (line, part, message) => {
    refused(line, part, message);
  });

  it('case 21: a rule of another protocol has no ports and types of the first', () => {
    const { rule } = parseFirewallRule('action=accept proto=tcp dstports=80');
    expect(rule).toEqual({ action: 'accept', proto: 'tcp', ports: { from: 80, to: 80 } });
    expect(parseFirewallRule('action=accept proto=icmp').rule).toEqual({ action: 'accept', proto: 'icmp' });
  });

  it.each([
    ['action=drop proto=tcp dstports=80-80', 'action=drop proto=tcp dstports=80-80'],
    [
      'action=accept expire=2063292452 proto=tcp comment=Some comment, with spaces',
      'action=accept expire=2063292452 proto=tcp comment=Some comment, with spaces',
    ],
    [
      'dstports=53 specialtarget=dns proto=udp dstname=fd00:0::1 expire=5 action=accept comment= x ',
      'action=accept expire=5 dst6=fd00::1/128 proto=udp specialtarget=dns dstports=53-53 comment= x ',
    ],
    ['  action=accept ', 'action=accept'],
    ['action=accept comment=', 'action=accept'],
  ])('case 23: reads %j', (written, text) => {
    expect(read(written)).toBe(text);
  });

  it('case 23: reads back every rule that it writes, with its settings in any order', () => {
    fc.assert(
      fc.property(firewallRules, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rule, chance) => {
        const text = firewallRuleText(rule);
        expect(parseFirewallRule(text)).toEqual({ rule, faults: [] });
        const [settings = '', ...comment] = text.split(/(?= comment=)/);
        const shuffled = settings
          .split(' ')
          .map((word) => ({ word, at: chance.next().value }))
          .sort((a, b) => a.at - b.at);
        const other = [shuffled.map(({ word }) => word).join(' '), ...comment].join('');
        expect(parseFirewallRule(other)).toEqual({ rule, faults: [] });
      }),
    );
  });

  it('tells all that is wrong with a line, each where it stands', () => {
    expect(read('acton=accept  proto=tpc drop dst4=1.2.3.4 dsthost=1.2.3.4 dstport=80 comment=50% or = more')).toEqual([
      'acton=accept: a rule has no acton; did you mean action?',
      '  : one space stands between two settings; leave the others out',
      'proto=tpc: proto cannot be tpc: expected tcp or udp or icmp; write proto=tcp',
      'drop: drop is no setting of a rule; write action=drop',
      'dsthost=1.2.3.4: the destination is given twice; leave one out, or write two rules',
      'dstport=80: a rule has no dstport; did you mean dstports?',
      '%: a comment cannot have %; a comment is the last of a rule, and has letters, digits, spaces and : ; , . / - _ [ ]',
    ]);
  });

  it.each([
    ['action=accept action=accept', 'action=accept', /action is given twice/],
    ['action=accept\tproto=tcp', '\t', /one space/],
    ['action=accept __proto__=x', '__proto__=x', /has no __proto__; did you mean proto|has no __proto__; there are/],
    ['action=accept =x', '=x', /no key without a name/],
    ['action=accept comment=a proto=tcp', '=', /a comment cannot have =; a comment is the last/],
    ['action=accept comment=é', 'é', /a comment cannot have é/],
  ])('refuses %j', (line, part, message) => {
    refused(line, part, message);
  });

  it('never fails, and is either right or tells why', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(' ', 'action=', 'accept', 'comment=', 'dst4=', '::1', '/', 'proto=tcp', '='),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (line) => {
          const { rule, faults } = parseFirewallRule(line, 7);
          expect(rule === undefined).toBe(faults.length > 0);
          for (const { from, to } of faults) expect(from >= 7 && from <= to && to <= line.length + 7).toBe(true);
        },
      ),
    );
  });
});
