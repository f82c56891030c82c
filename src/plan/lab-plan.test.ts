import { describe, expect, it } from 'vitest';
import type { Link } from '../model/topology.ts';
import { carrierLosses, nodeChanges, type PlanFacts } from './lab-plan.ts';
import type { Step } from './step.ts';
import { stepText } from './step-text.ts';

const reason = 'because';
const link = (tail: string, head: string): Link => {
  const end = (text: string) => ({ node: text.split(':')[0] ?? '', port: text.split(':')[1] });
  return { id: `${tail}--${head}`, tail: end(tail), head: end(head), attributes: {} };
};
const facts = (steps: readonly Step[], more: Partial<PlanFacts> = {}): PlanFacts => ({
  steps,
  links: [link('a:1', 'b:1'), link('b:2', 'c:1'), link('hub', 'c:2')],
  running: new Set(['a', 'b', 'c']),
  gone: new Set(),
  recreated: new Set(),
  ...more,
});
const onNode = (action: 'terminate' | 'restart' | 'launch' | 'pause' | 'remove-namespace', node: string): Step => ({
  action,
  node,
  reason,
});

describe('nodeChanges', () => {
  it('tells for each node the most that happens to it, in the order of the steps', () => {
    const steps: Step[] = [
      onNode('terminate', 'a'),
      { action: 'carrier', link: 'a:1--b:1', on: false, reason },
      { action: 'unplug', node: 'b', port: '2', link: 'b:2--c:1', reason },
      onNode('restart', 'b'),
      onNode('launch', 'c'),
    ];
    expect(nodeChanges(facts(steps))).toEqual([
      { node: 'a', change: 'stop' },
      { node: 'b', change: 'restart' },
      { node: 'c', change: 'start' },
    ]);
  });

  it('tells nodes that are removed from those that stop, and those made anew from those that start again', () => {
    const steps = [onNode('terminate', 'a'), onNode('restart', 'b'), onNode('remove-namespace', 'a')];
    expect(nodeChanges(facts(steps, { gone: new Set(['a']), recreated: new Set(['b']) }))).toEqual([
      { node: 'a', change: 'remove' },
      { node: 'b', change: 'recreate' },
    ]);
  });

  it('names both nodes of a link that changes', () => {
    const steps: Step[] = [
      { action: 'connect', link: 'hub--c:2', reason },
      { action: 'condition', link: 'a:1--b:1', reason },
    ];
    expect(nodeChanges(facts(steps)).map(({ node }) => node)).toEqual(['hub', 'c', 'a', 'b']);
  });
});

describe('carrierLosses', () => {
  it('names the running peers of nodes that end', () => {
    expect(carrierLosses(facts([onNode('terminate', 'b')]))).toEqual(['a:1', 'c:1']);
    expect(carrierLosses(facts([onNode('restart', 'c')], { running: new Set(['c']) }))).toEqual([]);
  });

  it('names both running ends of links that go or lose their carrier, and no node that is gone', () => {
    const steps: Step[] = [
      { action: 'disconnect', link: 'a:1--b:1', interfaces: [], reason },
      { action: 'carrier', link: 'hub--c:2', on: false, reason },
      { action: 'carrier', link: 'b:2--c:1', on: true, reason },
    ];
    expect(carrierLosses(facts(steps, { gone: new Set(['b']) }))).toEqual(['a:1', 'c:2']);
  });

  it('names nothing where links only come', () => {
    expect(carrierLosses(facts([{ action: 'connect', link: 'a:1--b:1', reason }, onNode('launch', 'a')]))).toEqual([]);
  });
});

describe('stepText', () => {
  it.each<[Step, string]>([
    [onNode('terminate', 'a'), 'end a'],
    [onNode('restart', 'a'), 'restart a'],
    [{ action: 'connect', link: 'a:1--b:1', reason }, 'connect a:1 -- b:1'],
    [{ action: 'disconnect', link: 'a:1--hub', interfaces: [], reason }, 'disconnect a:1 -- hub'],
    [{ action: 'carrier', link: 'a:1--b:1', on: true, reason }, 'give carrier to a:1 -- b:1'],
    [{ action: 'carrier', link: 'a:1--b:1', on: false, reason }, 'take carrier from a:1 -- b:1'],
    [{ action: 'plug', node: 'a', port: '1', link: 'a:1--b:1', reason }, 'plug a:1 in'],
    [{ action: 'unplug', node: 'a', port: '1', link: '', reason }, 'unplug a:1'],
  ])('%j', (step, text) => {
    expect(stepText(step)).toBe(text);
  });
});
