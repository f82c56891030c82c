import { describe, expect, it } from 'vitest';
import { positionOf } from '../model/position.ts';
import { readTopology } from './read-topology.ts';

/** `LINE:COLUMN SEVERITY text: message; hint` of each diagnostic. */
function check(text: string): string[] {
  const { diagnostics } = readTopology(
    { path: 'topology.dot.in', text },
    { defaultName: 'lab', templates: ['small', 'namespace'] },
  );
  return diagnostics.map(({ severity, span, message, hint }) => {
    const { line, column } = positionOf(text, span.from);
    return `${line}:${column} ${severity} ${text.slice(span.from, span.to)}: ${message}; ${hint}`;
  });
}

const lab = (net: string, more = '') => `graph {
  qn_template=namespace;
  net [qn_nic=${net}];
  other;
  ${more}
}`;

describe('interfaces of the machine in a file', () => {
  it.each(['eth1', '"eth1, enp3s0"', '""'])('may be %s', (value) => {
    expect(check(lab(value, 'net:lan -- other:lan;'))).toEqual([]);
  });

  it('have names that Linux takes', () => {
    expect(check(lab('"eth1,a name"'))).toEqual([
      expect.stringMatching(/^3:15 error .*qn_nic cannot be eth1,a name: expected names of interfaces/),
    ]);
  });

  it('belong to one node', () => {
    expect(check(lab('eth1', 'last [qn_nic="eth2,eth1"];'))).toEqual([
      '5:16 error "eth2,eth1": net takes the interface eth1 of the machine already; give each interface to one node',
    ]);
  });

  it('are not called like a port', () => {
    expect(check(lab('eth1', 'net:eth1 -- other:eth0;'))).toEqual([
      '3:15 error eth1: net has a port eth1 already; the interface keeps its name: name the port otherwise',
    ]);
  });

  it('are for namespaces, and PCI devices for virtual machines', () => {
    const pci = 'qn_pci="0000:03:00.0"';
    expect(
      check(
        lab(
          'eth1',
          `vm [qn_kind=vm, qn_template=small, qn_nic=eth2, ${pci}]; way [qn_kind=internet, qn_nic=eth3]; last [${pci}]; two [qn_kind=vm, qn_template=small, ${pci}]`,
        ),
      ),
    ).toEqual([
      expect.stringContaining(
        'eth2: vm is no namespace, so it takes no interface of the machine; a virtual machine takes a whole device: qn_pci',
      ),
      expect.stringContaining('eth3: way is no namespace'),
      expect.stringContaining(
        'last is no virtual machine, so it takes no PCI device; a namespace takes an interface of the machine: qn_nic',
      ),
      expect.stringContaining('vm gets the PCI device 0000:03:00.0 already'),
    ]);
    expect(check(lab('eth1', 'vm [qn_kind=vm, qn_template=small, qn_pci="03:00.0"];'))[0]).toContain(
      'expected addresses of PCI devices such as 0000:03:00.0',
    );
  });
});
