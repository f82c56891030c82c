import { describe, expect, it } from 'vitest';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { Step } from '../plan/step.ts';
import { makePaint } from './paint.ts';
import { isReached, planLines } from './plan-text.ts';

const nothing: LabPlan = { steps: [], nodes: [], losesCarrier: [], refused: [], kept: [], lost: [] };
const lines = (plan: Partial<LabPlan>) => planLines({ ...nothing, ...plan }, makePaint(false));
const steps: readonly Step[] = [
  { action: 'unplug', node: 'a', port: '1', link: '', reason: 'the topology has no link at this port' },
  { action: 'connect', link: 'a:1--b:1', reason: 'a should run' },
];

describe('planLines', () => {
  it('is nothing where nothing is to be done', () => {
    expect(lines({})).toEqual([]);
    expect(isReached(nothing)).toBe(true);
    expect(isReached({ ...nothing, steps })).toBe(false);
    expect(isReached({ ...nothing, refused: ['link y cannot be'] })).toBe(false);
  });

  it('lists steps with reasons, then nodes by what happens to them, then what is kept and lost', () => {
    expect(
      lines({
        steps,
        nodes: [
          { node: 'a', change: 'live' },
          { node: 'b', change: 'restart' },
          { node: 'c', change: 'live' },
        ],
        losesCarrier: ['a:1'],
        kept: ['node d was created'],
        refused: ['link y cannot be'],
        lost: ['the link x, made by a command, finds no place in the file'],
      }),
    ).toEqual([
      '   STEP                WHY',
      '1  unplug a:1          the topology has no link at this port',
      '2  connect a:1 -- b:1  a should run',
      '',
      'live      a c',
      'restart   b',
      'carrier   goes at a:1',
      '',
      'refused   link y cannot be',
      'command   node d was created',
      'lost      the link x, made by a command, finds no place in the file',
    ]);
  });

  it('counts steps of one kind from the fortieth on, and names of a kind from the twentieth', () => {
    const many = Array.from({ length: 100 }, (_, at): Step => ({ action: 'launch', node: `n${at}`, reason: 'it should run' }));
    const nodes = many.map((_, at) => ({ node: `n${at}`, change: 'start' as const }));
    const text = lines({ steps: many, nodes });
    expect(text).toHaveLength(1 + 39 + 1 + 2);
    expect(text[40]).toMatch(/^ +and 61 more like this \(launch\)$/);
    expect(text.at(-1)).toBe(
      `start     ${nodes
        .slice(0, 20)
        .map(({ node }) => node)
        .join(' ')} and 80 more`,
    );
  });
});
