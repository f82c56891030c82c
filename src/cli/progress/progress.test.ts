import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../model/outcome.ts';
import { makePaint } from '../paint.ts';
import { visibleWidth } from '../visible-width.ts';
import { progressBlock, progressLine } from './progress-lines.ts';
import { Progress } from './progress-state.ts';

const look = { doing: 'Starting', columns: 60, rows: 24, frame: 0, seconds: 3.7, paint: makePaint(false) } as const;

describe('progressBlock', () => {
  it('shows the count and who is at work', () => {
    const progress = new Progress(['server', 'client1', 'client2']);
    progress.add({ node: 'server', stage: 'ready' });
    progress.add({ node: 'client1', stage: 'launched' });
    progress.add({ node: 'client2', stage: 'failed', message: 'no such image\nmore' });
    expect(progressBlock(progress.state, look)).toEqual([
      'Starting ━━━━━━━━━━━━━━━━━━━━━━━━ 2/3  1 failed 3 s',
      '  ✗ client2  no such image',
      '  ⠋ client1  booting',
    ]);
  });

  it('stays within the screen, whatever happens', () => {
    const stage = fc.constantFrom<ProgressEvent['stage']>(
      'waiting',
      'launching',
      'launched',
      'ready',
      'failed',
      'stopping',
      'stopped',
      'skipped',
    );
    const event = fc.record({ node: fc.stringMatching(/^[a-z]{1,40}$/), stage, message: fc.string() });
    fc.assert(
      fc.property(fc.array(event), fc.integer({ min: 1, max: 40 }), (events, rows) => {
        const progress = new Progress();
        for (const one of events) progress.add(one);
        const lines = progressBlock(progress.state, { ...look, rows });
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows));
        for (const line of lines) {
          expect(visibleWidth(line)).toBeLessThanOrEqual(60);
          expect(line).not.toContain('\n');
        }
      }),
    );
  });
});

describe('progressLine', () => {
  it('uses the words of qeneth', () => {
    expect(progressLine({ node: 'server', stage: 'launching' }, true)).toBe('Launching server');
    expect(progressLine({ node: 'server', stage: 'stopping' }, true)).toBe('Stopping server');
    expect(progressLine({ node: 'server', stage: 'skipped' }, true)).toBe('server is already running');
    expect(progressLine({ node: 'server', stage: 'ready' }, true)).toBe('server ready');
    expect(progressLine({ node: 'server', stage: 'ready' }, false)).toBeUndefined();
    expect(progressLine({ node: 'server', stage: 'waiting' }, true)).toBeUndefined();
  });
});
