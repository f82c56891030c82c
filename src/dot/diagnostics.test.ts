import { describe, expect, it } from 'vitest';
import { positionOf } from '../model/position.ts';
import { readTopology } from './read-topology.ts';

/** `LINE:COLUMN severity code` of each diagnostic. */
function check(text: string): string[] {
  const { diagnostics } = readTopology(
    { path: 'topology.dot.in', text },
    { defaultName: 'lab', templates: ['small', 'infix-x86_64'] },
  );
  return diagnostics.map(({ span, severity, code }) => {
    const { line, column } = positionOf(text, span.from);
    return `${line}:${column} ${severity} ${code}`;
  });
}

function firstOf(text: string): { message: string; hint?: string } {
  const [first] = readTopology(
    { path: 'topology.dot.in', text },
    { defaultName: 'lab', templates: ['small', 'infix-x86_64'] },
  ).diagnostics;
  return first ?? { message: 'none' };
}

const tutorial = `graph "tutorial" {
    node [shape=record];
    qn_template="infix-x86_64";
    qn_append="quiet";
    qn_mem="512M";
    qn_oui="00:a0:85";

    server [label="server   | { <e1> e1 | <e2> e2 }", qn_basemac="00:07:7c:00:00:00"];
    client1 [label="client1 | { <eth1> eth1 }"];
    client2 [label="client2 | { <eth1> eth1 }"];

    server:eth0 -- client1:eth0 [qn_tailmac="00:07:7c:12:34:56", qn_headmac="08:00:20:c0:ff:ee"];
    server:eth1 -- client2:eth0;
}
`;

describe('warnings', () => {
  it('of the tutorial are one per port, each at its place', () => {
    expect(check(tutorial)).toEqual([
      '8:34 warning label-port-unused',
      '8:44 warning label-port-unused',
      '9:34 warning label-port-unused',
      '10:34 warning label-port-unused',
      '12:12 warning edge-port-not-in-label',
      '12:28 warning edge-port-not-in-label',
      '13:12 warning edge-port-not-in-label',
      '13:28 warning edge-port-not-in-label',
    ]);
  });
  it.each([
    ['graph { a:x -- b:x }', ['1:9 warning node-not-generated', '1:16 warning node-not-generated']],
    ['graph { a; b }', []],
    ['graph { qn_template=small; client-1 [x=1] }', ['1:28 warning syntax', '1:34 error unfit-node-name']],
    ['graph { qn_template=small; 1a }', ['1:28 warning syntax']],
    ['graph { qn_mtu=9000; subgraph s { qn_mem="1G" } }', ['1:9 warning no-effect', '1:35 warning no-effect']],
    ['graph { a [qn_headmac="02:00:00:00:00:01"] }', ['1:12 warning no-effect']],
    ['strict graph { qn_template=small; a:x -- b:x; b:y -- a:y }', ['1:47 warning merged-link']],
    ['graph { a ["feature.ipv6"=1, mem=x, qn_netvm=none, qn_mem=""] }', []],
  ])('of %s', (text, expected) => {
    expect(check(text)).toEqual(expected);
  });
});

describe('errors', () => {
  it('are all told at once', () => {
    const text = `graph lab {
  qn_template=smal
  a [qn_mem=big, qn_consol=1]
  a:eth0 -- a:eth0
  a:eth1 -- b
  a:eth1 -- b:eth0 [qn_headmac="01:00:00:00:00:00"]
}`;
    expect(check(text)).toEqual([
      '2:15 error unknown-template',
      '3:13 error bad-value',
      '3:18 error unknown-attribute',
      '4:3 error self-link',
      '5:13 error edge-without-port',
      '6:5 error port-in-two-links',
      '6:32 error bad-mac',
    ]);
  });
  it('of the syntax stand beside those that do not depend on it', () => {
    expect(check('graph lab {\n  a [qn_mem=big];\n  b -> c;\n  d => e\n  ;;\n}')).toEqual([
      '2:13 error bad-value',
      '3:5 error syntax',
      '4:6 error syntax',
      '5:4 error syntax',
    ]);
  });
  it('beyond the twentieth are counted', () => {
    const { diagnostics } = readTopology({ path: 'x', text: `graph {\n${'a => b\n'.repeat(50)}}` }, { defaultName: 'lab' });
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)?.message).toBe('and 30 more like it after this line');
  });
  it.each([
    ['graph { a [qn-mem="1M"] }', 'there is no attribute qn-mem', 'did you mean qn_mem?'],
    ['graph { a [qn_tempalte="x"] }', 'there is no attribute qn_tempalte', 'did you mean qn_template?'],
    ['graph { a [qn_template=infix-x86_64] }', 'the value infix-x86_64 needs quotes', 'write "infix-x86_64"'],
    ['graph { qn_template="infix-x8664"; a }', 'there is no template infix-x8664', 'did you mean infix-x86_64?'],
    ['grahp { a }', 'a topology begins with the word graph, this file with grahp', 'write graph'],
    ['graph { a -> b }', 'a graph joins nodes with --, not ->', 'write --'],
    [
      'digraph { a -> b }',
      'links have no direction, so a topology is a graph, not a digraph',
      'write graph instead of digraph, and -- instead of ->',
    ],
    ['graph { a [color=#ff0000]; b }', 'a # begins a comment, so a colour needs quotes', 'write "#ff0000"'],
    ['graph { a:ne -- b:x }', 'ne is a side of the drawing, not a port of a', 'write a:PORT:ne'],
    ['graph {\n a { b', 'the file ends where a } was expected', 'close the { of line 2'],
  ])('of %s name the fix', (text, message, hint) => {
    expect(firstOf(text)).toMatchObject({ message, hint });
  });
});
