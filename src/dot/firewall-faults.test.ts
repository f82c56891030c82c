import { describe, expect, it } from 'vitest';
import { positionOf } from '../model/position.ts';
import { readTopology } from './read-topology.ts';

/** `LINE:COLUMN text: message` of each diagnostic. */
function check(text: string): string[] {
  const { diagnostics } = readTopology({ path: 'topology.dot.in', text }, { defaultName: 'lab', templates: ['small'] });
  return diagnostics.map(({ span, message, hint }) => {
    const { line, column } = positionOf(text, span.from);
    return `${line}:${column} ${text.slice(span.from, span.to)}: ${message}; ${hint}`;
  });
}

const lab = (value: string) => `graph {
  qn_template=small;
  a [qn_firewall=${value}];
}`;

describe('firewall rules in a file', () => {
  it.each([
    '""',
    '"action=drop"',
    '"action=accept proto=tcp dstports=443\\naction=drop"',
    '"action=accept dsthost=example.com\n  action=drop\n"',
    '"action=accept" + " proto=icmp"',
    '"action=accept expire=1 comment=long gone"',
  ])('may be %j', (value) => {
    expect(check(lab(value))).toEqual([]);
  });

  it('keep their text', () => {
    const value = 'dstname=192.0.2.1 action=accept\\naction=drop';
    const { topology } = readTopology({ path: 't', text: lab(`"${value}"`) }, { defaultName: 'lab' });
    expect(topology?.nodes[0]?.attributes).toMatchObject({ qn_firewall: value });
  });

  it('are told wrong at each place that is, in every rule', () => {
    expect(
      check(lab('"action=accept proto=tpc\\nacton=drop\\n\\naction=drop  dstport=80\naction=accept dst4=10.0.0.0/33"')),
    ).toEqual([
      '3:33 proto=tpc: qn_firewall: proto cannot be tpc: expected tcp or udp or icmp; write proto=tcp',
      '3:44 acton=drop: qn_firewall: a rule has no acton; did you mean action?',
      '3:56 \\n: qn_firewall: an empty line is no rule; leave it out',
      '3:69   : qn_firewall: one space stands between two settings; leave the others out',
      '3:71 dstport=80: qn_firewall: a rule has no dstport; did you mean dstports?',
      '4:15 dst4=10.0.0.0/33: qn_firewall: dst4 cannot be 10.0.0.0/33: expected a length from 0 to 32 behind the /; write dst4=192.0.2.0/24',
    ]);
  });

  it('are told wrong in joined texts, at the graph, and once as a default of many nodes', () => {
    expect(check(lab('"action=accept" + " x"'))).toEqual([
      '3:38 x: qn_firewall: x is no setting of a rule; write KEY=VALUE, such as action=accept',
    ]);
    expect(check('graph { qn_template=small; qn_firewall="drop"; a; }')).toEqual([
      '1:41 drop: qn_firewall: drop is no setting of a rule; write action=drop',
    ]);
    expect(check('graph { qn_template=small; node [qn_firewall="drop"]; a; b; }')).toHaveLength(1);
  });

  it('mean nothing on a link', () => {
    expect(check('graph { qn_template=small; a:x -- b:y [qn_firewall="drop"]; }')).toEqual([
      expect.stringContaining('qn_firewall means nothing on a edge'),
    ]);
  });
});
