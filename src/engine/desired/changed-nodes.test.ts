import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, changes, edited, topologies } from '../../../test/support/random-changes.ts';
import type { Change } from '../../model/change.ts';
import { isGenerated, type Topology } from '../../model/topology.ts';
import { changedNodes } from './changed-nodes.ts';

const changed = (...all: readonly Change[]) => {
  const { rendered, gone } = changedNodes(beginning, edited(beginning, all));
  return { rendered: [...rendered].sort(), gone: [...gone] };
};
const generated = ({ nodes }: Topology) => new Set(nodes.filter(isGenerated).map(({ name }) => name));

describe('changedNodes', () => {
  it('names nobody where nothing but places in the file has changed', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const span = { from: 3, to: 4 };
        const moved = { ...topology, nodes: topology.nodes.map((node) => ({ ...node, span })) };
        expect(changedNodes(topology, moved)).toEqual({ rendered: new Set(), gone: new Set() });
      }),
    );
  });

  it.each<[string, Change, string[], string[]]>([
    ['a node', { change: 'node', node: 'a', attributes: { qn_append: 'x' } }, ['a'], []],
    ['a link', { change: 'link', link: 'a:eth0--b:eth0', attributes: { qn_mtu: '9000' } }, ['a', 'b'], []],
    ['a link to a hub', { change: 'detach', link: 'a:eth1--hub1' }, ['a'], []],
    ['a node that goes, and its peer', { change: 'remove', node: 'a' }, ['b'], ['a']],
    ['a node that comes', { change: 'clone', node: 'c', from: 'b' }, ['c'], []],
    ['a hub', { change: 'node', node: 'hub1', attributes: { color: 'blue' } }, [], []],
  ])('names whom it concerns: %s', (_what, change, rendered, gone) => {
    expect(changed(change)).toEqual({ rendered, gone });
  });

  it('names all where the defaults of all change', () => {
    const next = { ...beginning, attributes: { qn_mem: '64M' } };
    expect(changedNodes(beginning, next).rendered).toEqual(new Set(['a', 'b']));
  });

  it('names only nodes that have files, and every one that comes or goes', () => {
    fc.assert(
      fc.property(topologies, changes, (before, all) => {
        const next = edited(before, all);
        const { rendered, gone } = changedNodes(before, next);
        const [old, now] = [generated(before), generated(next)];
        expect([...gone].sort()).toEqual([...old].filter((name) => !now.has(name)).sort());
        for (const name of rendered) expect(now).toContain(name);
        for (const name of now) if (!old.has(name)) expect(rendered).toContain(name);
      }),
    );
  });
});
