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

const lab = (value: string, nodes = 'F; G') => `graph {
  qn_template=small; ${nodes};
  B ["feature.attach-network-to"=${value}];
}`;

describe('attach-network-to in a file', () => {
  it.each(['"F"', 'F', '"F frontend_mac=12:34:56:78:90:ab\\nG"', '"F\nG\n\n"', '""', '"notyet"', '"H"', '"F\\nG1"'])(
    'may be %j',
    (value) => {
      expect(check(lab(value))).toEqual([]);
    },
  );

  it('is told wrong at each place that is, in every line of the value', () => {
    expect(check(lab('"F frontend_mac=1:2\\nG mtu=9000\\nF\n  B"'))).toEqual([
      '3:37 frontend_mac=1:2: attach-network-to: 1:2 is no MAC address; six bytes such as 12:34:56:78:90:ab',
      '3:57 mtu=9000: attach-network-to: there is no option mtu=9000; the one option is frontend_mac=12:34:56:78:90:ab',
      '4:3 B: attach-network-to: B cannot be attached to itself; name another node',
    ]);
  });

  it('is told wrong at its place in joined texts, and after an escaped quote', () => {
    expect(check(lab('"F" + " x"'))).toEqual([expect.stringMatching(/^3:42 x: attach-network-to: there is no option x; /)]);
    expect(check(lab('"\\"F x"'))).toEqual([expect.stringMatching(/^3:39 x: attach-network-to: there is no option x; /)]);
  });

  it('warns of a frontend that is not there when a node has almost its name', () => {
    expect(check(lab('"firewal\\nclient3"', 'firewall; client1'))).toEqual([
      '3:35 firewal: attach-network-to: there is no node firewal yet; did you mean firewall?',
      '3:44 client3: attach-network-to: there is no node client3 yet; did you mean client1?',
    ]);
    expect(check(lab('"client1\\nclient2"', 'client1'))).toEqual([]);
  });
});
