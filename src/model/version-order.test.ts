import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from './version-order.ts';

const sorted = (...names: string[]): string[] => names.sort(compareVersions);

describe('compareVersions', () => {
  it('orders numbers by value', () => {
    expect(sorted('eth10', 'eth2', 'eth0', 'eth1')).toEqual(['eth0', 'eth1', 'eth2', 'eth10']);
  });

  it('orders letters before other characters and ~ first', () => {
    expect(sorted('a-b', 'a_b', 'ab', 'a', 'A', '~a')).toEqual(['~a', 'A', 'a', 'ab', 'a-b', 'a_b']);
  });

  it('looks at endings only between names that are else equal', () => {
    expect(sorted('a1.lan', 'a.lan', 'a1', 'a')).toEqual(['a', 'a.lan', 'a1', 'a1.lan']);
  });

  const names = fc.array(fc.stringMatching(/^[a-c~.0-2_+-]{1,6}$/), { maxLength: 12 });

  it('is a total order', () => {
    fc.assert(
      fc.property(names, (list) => {
        expect([...list].reverse().sort(compareVersions)).toEqual([...list].sort(compareVersions));
      }),
    );
  });

  it.skipIf(!gnuSort())('agrees with the machine’s sort -V', () => {
    const list = fc.sample(fc.stringMatching(/^[a-cA-C][a-c.0-2_+-]{0,6}$/), { numRuns: 2000, seed: 1 });
    const result = spawnSync('sort', ['-V'], { input: `${list.join('\n')}\n`, encoding: 'utf8', env: { LC_ALL: 'C' } });
    expect(sorted(...list)).toEqual(result.stdout.trimEnd().split('\n'));
  });
});

function gnuSort(): boolean {
  return spawnSync('sort', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU coreutils') ?? false;
}
