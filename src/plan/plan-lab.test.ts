import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredLab } from './desired.ts';
import { nothing, type ObservedLab } from './observed.ts';
import { planLab } from './plan-lab.ts';
import type { Step } from './step.ts';

const pair: DesiredLab = {
  nodes: [
    { name: 'a', kind: 'namespace', running: true },
    { name: 'b', kind: 'vm', running: true },
    { name: 'c', kind: 'namespace', running: false },
  ],
  links: [
    { id: 'a:1--b:1', nodes: ['a', 'b'], on: true },
    { id: 'a:2--c:1', nodes: ['a', 'c'], on: true },
  ],
};

const brief = (steps: readonly Step[]) =>
  steps.map(
    (step) => `${step.action} ${'node' in step ? step.node : step.link}${step.action === 'carrier' ? ` ${step.on}` : ''}`,
  );

describe('planLab', () => {
  it('makes namespaces, then links, then carriers, then processes', () => {
    expect(brief(planLab(pair, nothing))).toEqual([
      'make-namespace a',
      'make-namespace c',
      'connect a:1--b:1',
      'connect a:2--c:1',
      'carrier a:2--c:1 false',
      'launch a',
      'launch b',
    ]);
  });

  it('says why a carrier is off', () => {
    const carrier = planLab(pair, nothing).find((step) => step.action === 'carrier' && !step.on);
    expect(carrier?.reason).toBe('c should not run');
  });

  it('ends a process that should not run, and cuts its link', () => {
    const observed: ObservedLab = {
      ...nothing,
      carrier: new Map([['a:1--b:1', true]]),
      namespaces: new Set(['a', 'c']),
      processes: new Set(['a', 'b', 'c']),
      wires: new Set(['a:1--b:1', 'a:2--c:1']),
    };
    expect(brief(planLab(pair, observed))).toEqual(['terminate c', 'carrier a:2--c:1 false']);
  });

  it('keeps an unplugged link without carrier while both ends run', () => {
    const unplugged: DesiredLab = { ...pair, links: pair.links.map((link) => ({ ...link, on: false })) };
    expect(brief(planLab(unplugged, nothing)).filter((text) => text.startsWith('carrier'))).toEqual([
      'carrier a:1--b:1 false',
      'carrier a:2--c:1 false',
    ]);
  });

  it('leaves nothing to do once its steps are done, whatever was there before', () => {
    fc.assert(
      fc.property(labs(), ({ desired, observed }) => {
        const after = carriedOut(observed, planLab(desired, observed));
        expect(planLab(desired, after)).toEqual([]);
      }),
    );
  });

  it('never links before both namespaces exist, nor launches before the links', () => {
    fc.assert(
      fc.property(labs(), ({ desired, observed }) => {
        const order: readonly Step['action'][] = [
          'terminate',
          'unplug',
          'disconnect',
          'remove-namespace',
          'make-namespace',
          'connect',
          'plug',
          'carrier',
          'launch',
          'pause',
        ];
        const ranks = planLab(desired, observed).map((step) => order.indexOf(step.action));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      }),
    );
  });
});

function labs(): fc.Arbitrary<{ desired: DesiredLab; observed: ObservedLab }> {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const links = names.flatMap((tail, at) => names.slice(at + 1).map((head) => ({ id: `${tail}--${head}`, nodes: [tail, head] })));
  const some = (all: readonly string[]) => fc.subarray([...all]).map((chosen) => new Set(chosen));
  return fc.record({
    desired: fc.record({
      nodes: fc.tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            kind: fc.constantFrom('vm' as const, 'namespace' as const),
            running: fc.boolean(),
          }),
        ),
      ),
      links: fc.subarray(links).chain((chosen) => fc.tuple(...chosen.map((link) => fc.boolean().map((on) => ({ ...link, on }))))),
    }),
    observed: fc
      .record({ namespaces: some([...names, 'gone']), processes: some(names), wires: some(links.map(({ id }) => id)) })
      .map((some) => ({ ...nothing, ...some })),
  });
}

function carriedOut(before: ObservedLab, steps: readonly Step[]): ObservedLab {
  const namespaces = new Set(before.namespaces);
  const processes = new Set(before.processes);
  const wires = new Set(before.wires);
  const carrier = new Map(before.carrier);
  for (const step of steps) {
    if (step.action === 'make-namespace') namespaces.add(step.node);
    if (step.action === 'remove-namespace') namespaces.delete(step.node);
    if (step.action === 'connect') {
      wires.add(step.link);
      carrier.set(step.link, true);
    }
    if (step.action === 'carrier') carrier.set(step.link, step.on);
    if (step.action === 'launch') processes.add(step.node);
    if (step.action === 'terminate') processes.delete(step.node);
  }
  return { ...before, namespaces, processes, wires, carrier };
}
