import { describe, expect, it } from 'vitest';
import { labOf } from '../../../test/support/lab-of.ts';
import { beginning, edited } from '../../../test/support/random-changes.ts';
import type { TopologyNode } from '../../model/topology.ts';
import { sameDefinition, wiredSpec } from './desired-state.ts';
import { freshState, withEdits } from './next-state.ts';

const spec = { name: 'lab', directory: '/lab', files: '/lab', topology: beginning };
const [a] = beginning.nodes as readonly [TopologyNode];

describe('sameDefinition', () => {
  it('looks at kind, template and attributes in any order', () => {
    const one = { node: { ...a, attributes: { x: '1', y: '2' } }, graph: {} };
    expect(sameDefinition(one, { node: { ...a, attributes: { y: '2', x: '1' }, labelPorts: ['p'] }, graph: {} })).toBe(true);
    expect(sameDefinition(one, { ...one, graph: { x: '1' } })).toBe(false);
    expect(sameDefinition(one, { ...one, node: { ...one.node, kind: 'vm' } })).toBe(false);
    expect(sameDefinition(one, { ...one, node: { ...one.node, template: 'other' } })).toBe(false);
  });
});

describe('wiredSpec', () => {
  it('writes the MACs that ports keep at their links, which no change of anybody’s is', () => {
    const state = freshState(spec);
    const next = withEdits(
      state,
      [
        { change: 'create', node: '0', kind: 'namespace', template: 'namespace', attributes: {} },
        { change: 'attach', tail: { node: '0', port: 'eth0' }, head: { node: 'b', port: 'eth1' }, attributes: {} },
      ],
      labOf(state),
    );
    const kept = wiredSpec(next).topology.links.find(({ id }) => id === 'a:eth0--b:eth0');
    expect(kept?.attributes).toEqual({ qn_mtu: '1500', qn_tailmac: '02:00:00:00:01:01', qn_headmac: '02:00:00:00:02:01' });
    expect(next.changes.links).toEqual({});
    expect(edited(beginning, []).links[0]?.attributes).toEqual({ qn_mtu: '1500' });
  });
});
