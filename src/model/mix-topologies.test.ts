import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, edited, topologies } from '../../test/support/random-changes.ts';
import { mixTopologies } from './mix-topologies.ts';

const some = fc.subarray(['a', 'b', 'c', 'd', 'hub1']).map((names) => new Set(names));
const all = new Set(['a', 'b', 'c', 'd', 'hub1', 'nowhere']);

describe('mixTopologies', () => {
  it('is the earlier topology where no node is named, and the next where all are, up to order', () => {
    fc.assert(
      fc.property(topologies, topologies, (before, next) => {
        expect(mixTopologies(before, next, new Set())).toEqual(before);
        const mixed = mixTopologies(before, next, all);
        expect(new Set(mixed.nodes)).toEqual(new Set(next.nodes));
        expect(mixed.links).toEqual(next.links);
      }),
    );
  });

  it('takes named nodes from the next and the others from the earlier, links only where both ends and ports are free', () => {
    fc.assert(
      fc.property(topologies, topologies, some, (before, next, names) => {
        const { nodes, links } = mixTopologies(before, next, names);
        for (const node of nodes) expect((names.has(node.name) ? next : before).nodes).toContain(node);
        const there = new Set(nodes.map(({ name }) => name));
        expect(there.size).toBe(nodes.length);
        for (const link of links) {
          const concerned = [link.tail, link.head].some(({ node }) => names.has(node));
          expect((concerned ? next : before).links).toContain(link);
        }
        const ends = links.flatMap(({ tail, head }) => [tail, head]);
        expect(ends.every(({ node }) => there.has(node))).toBe(true);
        const ports = ends.filter(({ port }) => port !== undefined).map(({ node, port }) => `${node}:${port}`);
        expect(new Set(ports).size).toBe(ports.length);
      }),
    );
  });

  it('leaves links between other nodes alone when a named node goes', () => {
    const before = edited(beginning, [
      { change: 'attach', tail: { node: 'b', port: 'eth1' }, head: { node: 'hub1', port: undefined }, attributes: {} },
    ]);
    const next = edited(before, [
      { change: 'remove', node: 'a' },
      { change: 'remove', node: 'b' },
    ]);
    expect(mixTopologies(before, next, new Set(['a'])).links.map(({ id }) => id)).toEqual(['b:eth1--hub1']);
  });
});
