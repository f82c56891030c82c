import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, changes, edited, topologies } from '../../test/support/random-changes.ts';
import { printTopology } from '../dot/print-topology.ts';
import { readTopology } from '../dot/read-topology.ts';
import type { Topology } from './topology.ts';
import { changesBetween, isUnchanged, lostChanges, noChanges, withChanges } from './topology-changes.ts';

const sorted = ({ nodes, links, ...rest }: Topology) => ({
  ...rest,
  nodes: [...nodes].sort((one, other) => (one.name < other.name ? -1 : 1)),
  links: [...links].sort((one, other) => (one.id < other.id ? -1 : 1)),
});

describe('changes of a topology', () => {
  it('lead from the file to what is desired, up to order', () => {
    fc.assert(
      fc.property(topologies, changes, (file, all) => {
        const desired = edited(file, all);
        expect(sorted(withChanges(file, changesBetween(file, desired)))).toEqual(sorted(desired));
      }),
      { numRuns: 1000 },
    );
  });

  it('are none between equal topologies, and change nothing', () => {
    fc.assert(
      fc.property(topologies, (file) => {
        expect(isUnchanged(changesBetween(file, structuredClone(file)))).toBe(true);
        expect(withChanges(file, noChanges)).toBe(file);
      }),
    );
  });

  it('are the same when they are taken once more, as an engine does that starts again', () => {
    fc.assert(
      fc.property(topologies, changes, (file, all) => {
        const once = changesBetween(file, edited(file, all));
        expect(changesBetween(file, withChanges(file, once))).toEqual(once);
      }),
    );
  });

  it('are gone once the file is the one that desired state prints', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const desired = edited(beginning, all);
        const text = printTopology(desired);
        const { topology, diagnostics } = readTopology({ path: 'lab.dot', text }, { defaultName: 'lab' });
        if (topology === undefined) throw new Error(`${text}${diagnostics.map(({ message }) => message).join('\n')}`);
        const kept = withChanges(topology, changesBetween(beginning, desired));
        expect(isUnchanged(changesBetween(topology, kept))).toBe(true);
        expect(lostChanges(topology, changesBetween(beginning, desired))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('fit any other file: nodes and ports stay unique, and links have both their nodes', () => {
    fc.assert(
      fc.property(topologies, changes, topologies, (file, all, other) => {
        const made = changesBetween(file, edited(file, all));
        const { nodes, links } = withChanges(other, made);
        const names = new Set(nodes.map(({ name }) => name));
        expect(names.size).toBe(nodes.length);
        const ends = links.flatMap(({ tail, head }) => [tail, head]);
        expect(ends.filter(({ node }) => !names.has(node))).toEqual([]);
        const ports = ends.filter(({ port }) => port !== undefined).map(({ node, port }) => `${node}:${port}`);
        expect(new Set(ports).size).toBe(ports.length);
        const lost = lostChanges(other, made);
        expect(made.attached.filter(({ id }) => !links.some((link) => link.id === id))).toEqual(lost);
      }),
    );
  });
});
