import { describe, expect, it } from 'vitest';
import { byCodePoints } from './by-code-points.ts';

describe('byCodePoints', () => {
  it('knows no language', () => {
    expect(['work', 'B', 'work-2', 'dom0', '\u{1f40e}', '\uffee'].sort(byCodePoints)).toEqual([
      'B',
      'dom0',
      'work',
      'work-2',
      '\uffee',
      '\u{1f40e}',
    ]);
  });
});
