import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredLab, DesiredLink } from './desired.ts';
import { nothing } from './observed.ts';
import { planLab } from './plan-lab.ts';
import { stagesOf } from './stages.ts';

function lab(nodes: readonly string[], links: readonly DesiredLink[]): DesiredLab {
  return { nodes: nodes.map((name) => ({ name, kind: 'namespace', running: true })), links };
}

function link(id: string, ...nodes: readonly string[]): DesiredLink {
  return { id, nodes, on: true };
}

describe('stagesOf', () => {
  it('completes the first nodes before it makes the last links', () => {
    const desired = lab(['a', 'b', 'c', 'd'], [link('cd', 'c', 'd'), link('ab', 'a', 'b'), link('bc', 'b', 'c')]);
    expect(stagesOf(desired, planLab(desired, nothing), 3)).toEqual([
      {
        namespaces: ['a', 'b', 'c'],
        links: ['ab', 'bc'],
        carriers: new Map(),
        complete: ['a', 'b'],
      },
      { namespaces: ['d'], links: ['cd'], carriers: new Map(), complete: ['c', 'd'] },
      { namespaces: [], links: [], carriers: new Map(), complete: [] },
    ]);
  });

  it('keeps the links of shared segments together, at the end', () => {
    const desired = lab(
      ['a', 'b', 'c'],
      [{ ...link('a-hub', 'a'), shared: true }, { ...link('b-hub', 'b'), shared: true }, link('bc', 'b', 'c')],
    );
    const stages = stagesOf(desired, planLab(desired, nothing), 1);
    expect(stages.map((stage) => [stage.links, stage.complete])).toEqual([
      [['bc'], ['c']],
      [
        ['a-hub', 'b-hub'],
        ['a', 'b'],
      ],
    ]);
  });

  it('switches the carriers of links that are there already at once', () => {
    const desired = lab(['a', 'b'], [{ ...link('ab', 'a', 'b'), on: false }]);
    const observed = { ...nothing, namespaces: new Set(['a', 'b']), wires: new Set(['ab']) };
    expect(stagesOf(desired, planLab(desired, observed))).toEqual([
      { namespaces: [], links: [], carriers: new Map([['ab', false]]), complete: ['a', 'b'] },
    ]);
  });

  it('makes every link once, after the namespaces at its ends, and completes every node after all of its links', () => {
    const node = fc.integer({ min: 0, max: 9 }).map((number) => `n${number}`);
    const ends = fc.record({ tail: node, head: node, shared: fc.boolean() });
    fc.assert(
      fc.property(fc.array(ends), fc.integer({ min: 1, max: 8 }), (pairs, size) => {
        const links = pairs.map(({ tail, head, shared }, at) => ({ id: `l${at}`, nodes: [tail, head], on: true, shared }));
        const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
        const desired = lab(names, links);
        const [made, spaces, complete] = [new Set<string>(), new Set<string>(), new Set<string>()];
        for (const stage of stagesOf(desired, planLab(desired, nothing), size)) {
          for (const space of stage.namespaces) spaces.add(space);
          for (const id of stage.links) {
            expect(made.has(id)).toBe(false);
            made.add(id);
            expect(stage.carriers.has(id)).toBe(false);
            for (const end of links.find((one) => one.id === id)?.nodes ?? []) expect(spaces.has(end)).toBe(true);
          }
          for (const name of stage.complete) {
            expect(complete.has(name)).toBe(false);
            complete.add(name);
            expect(spaces.has(name)).toBe(true);
            for (const one of links) if (one.nodes.includes(name)) expect(made.has(one.id)).toBe(true);
          }
        }
        expect([made.size, complete.size]).toEqual([links.length, names.length]);
      }),
    );
  });
});
