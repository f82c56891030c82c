import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firewallRules } from '../../test/support/firewall-rules.ts';
import { firewallEntries } from './firewall-entries.ts';
import { livingRules, nextExpiry } from './firewall-expiry.ts';
import { firewallOf } from './firewall-of.ts';
import { firewallRuleEntry, firewallRuleText, firewallText } from './firewall-text.ts';
import { DEFAULT_FIREWALL, parseFirewall } from './parse-firewall.ts';

const NOW = 1_700_000_000;
const rules = (value: string) => parseFirewall(value).rules;
const text = (value: string) => rules(value).map(firewallRuleText);
const shown = (attributes: Record<string, string>, graph: Record<string, string> = {}) =>
  firewallOf({ attributes: graph }, { attributes }, NOW).map(firewallRuleText);

describe('the firewall of a node', () => {
  it.each([
    ['1463292452', false],
    [String(NOW), false],
    [String(NOW + 1), true],
    ['2583292452', true],
  ])('case 19: a rule that expires at %s is there: %s', (expire, there) => {
    const value = `action=drop expire=${expire}\naction=accept`;
    expect(parseFirewall(value).faults).toEqual([]);
    expect(shown({ qn_firewall: value })).toEqual([...(there ? [`action=drop expire=${expire}`] : []), 'action=accept']);
  });

  it('case 20: comments and ends are for people, and not for the QubesDB', () => {
    const [rule = { action: 'drop' as const }] = rules('action=accept expire=2063292452 proto=icmp comment=Some comment');
    expect(firewallRuleText(rule)).toBe('action=accept expire=2063292452 proto=icmp comment=Some comment');
    expect(firewallRuleEntry(rule)).toBe('action=accept proto=icmp');
  });

  it('case 24: everything passes where nothing is said, and a graph may say it for all', () => {
    expect(DEFAULT_FIREWALL).toEqual([{ action: 'accept' }]);
    expect(parseFirewall('')).toEqual({ rules: DEFAULT_FIREWALL, faults: [] });
    expect(shown({})).toEqual(['action=accept']);
    expect(shown({}, { qn_firewall: 'action=drop' })).toEqual(['action=drop']);
    expect(shown({ qn_firewall: 'action=accept' }, { qn_firewall: 'action=drop' })).toEqual(['action=accept']);
  });

  it('case 24: rules that are written down and read again are the same', () => {
    fc.assert(
      fc.property(fc.array(firewallRules, { minLength: 1, maxLength: 6 }), fc.constantFrom('\n', '\\n', '\r\n'), (list, end) => {
        const value = firewallText(list);
        expect(parseFirewall(value)).toEqual({ rules: list, faults: [] });
        expect(parseFirewall(value.replaceAll('\n', end) + end)).toEqual({ rules: list, faults: [] });
      }),
    );
  });

  it('case 24: what has expired is not written down again', () => {
    const list = rules('action=drop proto=icmp\naction=accept expire=1373300257 proto=udp dstports=67\naction=accept');
    expect(firewallText(livingRules(list, NOW))).toBe('action=drop proto=icmp\naction=accept');
    expect(livingRules(list, 1_373_300_256)).toEqual(list);
  });

  it('case 24: entries of the QubesDB are numbered, by family, and end in a drop', () => {
    const list = rules(
      'action=drop proto=icmp\naction=drop proto=tcp dstports=80\naction=accept dst6=fd00::1\naction=accept dst4=1.2.3.4',
    );
    expect(Object.fromEntries(firewallEntries(list, 4))).toEqual({
      policy: 'drop',
      '0000': 'action=drop proto=icmp',
      '0001': 'action=drop proto=tcp dstports=80-80',
      '0003': 'action=accept dst4=1.2.3.4/32',
    });
    expect([...firewallEntries(list, 6).keys()]).toEqual(['policy', '0000', '0001', '0002']);
    expect([...firewallEntries([], 4)]).toEqual([['policy', 'drop']]);
  });

  it('case 24: says when to look again', () => {
    const list = rules(`action=drop expire=${NOW + 5}\naction=drop expire=${NOW + 3}\naction=drop expire=${NOW}\naction=accept`);
    expect(nextExpiry(list, NOW)).toBe(NOW + 3);
    expect(nextExpiry(list, NOW + 3)).toBe(NOW + 5);
    expect(nextExpiry(list, NOW + 5)).toBeUndefined();
  });

  it('lets nothing pass where anything is wrong', () => {
    expect(parseFirewall('action=accept\naction=maybe')).toMatchObject({ rules: [], faults: [{ from: 14, to: 26 }] });
    expect(shown({ qn_firewall: 'accept' })).toEqual([]);
  });

  it('has one rule a line, and no empty lines', () => {
    expect(text('action=accept dsthost=a.org\\naction=drop\r\n  action=accept\n')).toEqual([
      'action=accept dsthost=a.org',
      'action=drop',
      'action=accept',
    ]);
    for (const [value, at] of [
      ['\naction=drop', [0, 1]],
      ['action=drop\\n\\naction=drop', [13, 15]],
      ['action=drop\n\n', [12, 13]],
      [' ', [0, 1]],
    ] as const) {
      expect(parseFirewall(value).faults).toEqual([
        { from: at[0], to: at[1], message: 'an empty line is no rule', hint: 'leave it out' },
      ]);
    }
  });
});
