import { describe, expect, it } from 'vitest';
import { positionOf } from '../model/position.ts';
import { readTopology } from './read-topology.ts';

/** `LINE:COLUMN SEVERITY text: message` of each diagnostic. */
function check(text: string): string[] {
  const { diagnostics } = readTopology({ path: 'topology.dot.in', text }, { defaultName: 'lab', templates: ['small'] });
  return diagnostics.map(({ severity, span, message, hint }) => {
    const { line, column } = positionOf(text, span.from);
    return `${line}:${column} ${severity} ${text.slice(span.from, span.to)}: ${message}; ${hint}`;
  });
}

const lab = (work: string, other = '') => `graph {
  qn_template=small;
  net [qn_provides_network=true];
  work [qn_netvm=net, qn_forward=${work}];
  other [qn_netvm=net, qn_forward="${other}"];
}`;

describe('forwarded ports in a file', () => {
  it.each(['""', '"tcp 80"', '"tcp 8080:80 from net\\nudp 53"', '"tcp" + " 80"'])('may be %s', (value) => {
    expect(check(lab(value))).toEqual([]);
  });

  it('are told wrong at each place that is', () => {
    expect(check(lab('"tpc 80\\ntcp 80 fro net\n  udp x"'))).toEqual([
      '4:35 error tpc: qn_forward: tpc cannot be forwarded: expected tcp or udp; such as tcp 8080:80, or tcp 8080:80 from sys-net',
      '4:50 error fro: qn_forward: fro means nothing here: expected from PROVIDER, or the end of the line; such as tcp 8080:80, or tcp 8080:80 from sys-net',
      '5:7 error x: qn_forward: x is no port; a port is a number from 1 to 65535, or two as in 8080:80: the outer one, and that of the node',
    ]);
  });

  it('cannot be those of another node', () => {
    expect(check(lab('"tcp 8080:80"', 'udp 8080\\ntcp 8080:22'))).toEqual([
      '5:46 error tcp 8080:22: qn_forward: tcp 8080 at net leads to work:80 already, so it cannot lead to other:22; give one of them another port: it is taken at every provider on the way down',
    ]);
  });

  it('wait for their provider, which may be misspelt', () => {
    expect(check(lab('"tcp 1 from nett\\ntcp 2 from other"'))).toEqual([
      '4:35 warning tcp 1 from nett: qn_forward: tcp 1 is not forwarded to work: there is no node nett; did you mean net?',
      '4:52 warning tcp 2 from other: qn_forward: tcp 2 is not forwarded to work: other is not above it; above work there is net',
    ]);
  });

  it('mean nothing at the graph', () => {
    expect(check('graph { qn_template=small; qn_forward="tcp 80"; a; }')).toEqual([
      expect.stringContaining('qn_forward means nothing on the graph; it belongs on nodes'),
    ]);
  });
});
