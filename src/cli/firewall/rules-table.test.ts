import { describe, expect, it } from 'vitest';
import { parseFirewall } from '../../model/parse-firewall.ts';
import { rulesTable } from './rules-table.ts';

const table = (...rules: string[]) => rulesTable(parseFirewall(rules.join('\n')).rules, 1_700_000_000.4);

describe('rulesTable', () => {
  it('is the table of qvm-firewall', () => {
    expect(
      table(
        'action=accept dsthost=qubes-os.org proto=tcp dstports=443-443',
        'action=accept dst4=1.2.3.4 proto=udp dstports=80-90 expire=1700003600',
        'action=drop proto=icmp icmptype=8',
        'action=accept specialtarget=dns comment=Allow DNS',
      ),
    ).toEqual([
      'NO  ACTION  HOST          PROTOCOL  PORT(S)  SPECIAL TARGET  ICMP TYPE  EXPIRE  COMMENT',
      '0   accept  qubes-os.org  tcp       443      -               -          -       -',
      '1   accept  1.2.3.4/32    udp       80-90    -               -          +3600s  -',
      '2   drop    -             icmp      -        -               8          -       -',
      '3   accept  -             -         -        dns             -          -       Allow DNS',
    ]);
  });

  it('has a head alone where no rule is left', () => {
    expect(rulesTable([], 0)).toEqual(['NO  ACTION  HOST  PROTOCOL  PORT(S)  SPECIAL TARGET  ICMP TYPE  EXPIRE  COMMENT']);
  });
});
