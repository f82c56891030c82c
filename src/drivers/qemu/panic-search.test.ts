import { describe, expect, it } from 'vitest';
import type { GrowingFiles } from '../../boundary/growing-files.ts';
import { PanicSearch } from './panic-search.ts';

/** A log, as long as it is at each look. */
function growing() {
  let text = '';
  const logs: GrowingFiles = {
    size: () => Promise.resolve(text.length),
    readFrom: (_path, offset, limit) => Promise.resolve(new TextEncoder().encode(text).subarray(offset, offset + limit)),
  };
  return { logs, print: (more: string) => (text += more) };
}

describe('PanicSearch', () => {
  it('finds a panic, with or without a time, once its line is complete', async () => {
    const { logs, print } = growing();
    const search = new PanicSearch('log', 0);
    expect(await search.look(logs)).toBeUndefined();
    print('[    0.9] Freeing memory\r\n[    1.2] Kernel panic - not sync');
    expect(await search.look(logs)).toBeUndefined();
    print('ing: System is deadlocked on memory');
    expect(await search.look(logs)).toBeUndefined();
    print('\r\n[    1.2] CPU: 0 PID: 1\r\n');
    expect(await search.look(logs)).toBe('System is deadlocked on memory');
    const bare = growing();
    bare.print('Kernel panic - not syncing: No working init found.\n');
    expect(await new PanicSearch('log', 0).look(bare.logs)).toBe('No working init found.');
  });

  it('passes over what is older, and what only speaks of panics', async () => {
    const { logs, print } = growing();
    const old = print('Kernel panic - not syncing: of an earlier run\n').length;
    const search = new PanicSearch('log', old);
    print('login: echo Kernel panic - not syncing: not really\n');
    print(`${'x'.repeat(100_000)}\n`);
    expect(await search.look(logs)).toBeUndefined();
    print('Kernel panic - not syncing: this one\n');
    expect(await search.look(logs)).toBe('this one');
  });
});
