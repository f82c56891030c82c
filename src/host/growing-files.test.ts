import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemGrowingFiles as logs } from './growing-files.ts';

it('reads from an offset, from the end, and nothing where there is nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-log-'));
  const path = join(folder, 'log');
  const text = async (offset: number, limit = 100) => new TextDecoder().decode(await logs.readFrom(path, offset, limit));
  expect([await logs.size(path), await text(0)]).toEqual([0, '']);
  await appendFile(path, 'hello');
  await appendFile(path, ' world');
  expect(await logs.size(path)).toBe(11);
  expect([await text(6), await text(-5), await text(-50), await text(50), await text(0, 2)]).toEqual([
    'world',
    'world',
    'hello world',
    '',
    'he',
  ]);
  await rm(folder, { recursive: true });
});
