import { describe, expect, it } from 'vitest';
import { labOf } from '../../../test/support/lab-of.ts';
import { beginning } from '../../../test/support/random-changes.ts';
import type { StepReport } from '../../plan/step-report.ts';
import { freshState } from '../desired/next-state.ts';
import { firstOfEach, stepFailures } from './step-failures.ts';

const state = {
  ...freshState({ name: 'lab', directory: '/lab', files: '/lab', topology: beginning }),
  running: new Set(['a', 'b']),
};
const lab = labOf(state);
const reason = 'because';
const report = (step: StepReport['step'], outcome: StepReport['outcome'] = 'failed'): StepReport => ({
  step,
  outcome,
  message: 'no',
});
const connect = { action: 'connect', link: 'a:eth0--b:eth0', reason } as const;

describe('stepFailures', () => {
  it('holds up the nodes of a link that should run', () => {
    const message = 'link a:eth0--b:eth0 cannot be made: no';
    expect(stepFailures(lab, [report(connect)])).toEqual([
      { node: 'a', message },
      { node: 'b', message },
    ]);
    expect(stepFailures(labOf({ ...state, running: new Set(['b']) }), [report(connect, 'undone')])).toEqual([
      { node: 'b', message },
    ]);
  });

  it.each<[string, StepReport['step']]>([
    ['cannot be changed: no', { action: 'condition', link: 'a:eth0--b:eth0', reason }],
    ['the carrier of a:eth0--b:eth0 cannot be switched: no', { action: 'carrier', link: 'a:eth0--b:eth0', on: true, reason }],
    ['a:eth0 cannot be plugged: no', { action: 'plug', node: 'a', port: 'eth0', link: 'a:eth0--b:eth0', reason }],
    ['no', { action: 'pause', node: 'a', reason }],
  ])('says what failed: %s', (message, step) => {
    expect(stepFailures(lab, [report(step)])[0]).toEqual({ node: 'a', message: expect.stringContaining(message) });
  });

  it('blames nobody for what was done, was left, waits, or belongs to nobody any more', () => {
    for (const outcome of ['done', 'skipped', 'pending'] as const)
      expect(stepFailures(lab, [report(connect, outcome)])).toEqual([]);
    expect(stepFailures(lab, [report({ action: 'disconnect', link: 'x:1--y:1', interfaces: [], reason })])).toEqual([]);
  });

  it('gives one reason for each node, the first', () => {
    const failures = [
      { node: 'a', message: '1' },
      { node: 'b', message: '2' },
      { node: 'a', message: '3' },
    ];
    expect(firstOfEach(failures)).toEqual(failures.slice(0, 2));
  });
});
