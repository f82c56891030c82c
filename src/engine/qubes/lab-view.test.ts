import { describe, expect, it } from 'vitest';
import { readTopology } from '../../dot/read-topology.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { freshState } from '../desired/next-state.ts';
import { LabViews, sameSight } from './lab-view.ts';

const text = 'graph lab { a [qn_provides_network="true", qn_netvm="none"]; b [qn_netvm="a"] }';
const { topology } = readTopology(
  { path: 'topology.dot', text },
  { defaultName: 'lab', templates: ['small'], templateOverride: 'small' },
);
if (topology === undefined) throw new Error('the text has mistakes');
const state: DesiredState = freshState({ name: 'lab', directory: '/lab', files: '/lab', topology });

describe('the view of the Admin API', () => {
  it('tells by a feature which netvm a client had whose change waits', () => {
    const views = new LabViews(() => undefined);
    const waiting = { ...state, deferred: { b: 'a' } };
    const feature = (of: DesiredState, node: string) =>
      views.of(of).nodes.get(node)?.attributes['feature.deferred-netvm-original'];
    expect([feature(state, 'b'), feature(waiting, 'a'), feature(waiting, 'b')]).toEqual([undefined, undefined, 'a']);
    expect(sameSight(state, waiting)).toBe(false);
  });

  it('is compiled once for states that look the same', () => {
    const views = new LabViews(() => undefined);
    const running = { ...state, running: new Set(['a']) };
    expect(sameSight(state, running)).toBe(true);
    expect(views.of(running)).toBe(views.of(state));
  });
});
