import { appendFile, link, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Watched } from '../boundary/watch-file.ts';
import { watchFile } from './watch-file.ts';

let folder = '';
let path = '';
let watched: Watched;
let times = 0;
let heard: () => void = () => undefined;

/** Resolves when a change has been told after `work` began. */
async function told(work: () => Promise<unknown>): Promise<void> {
  const change = new Promise<void>((resolve) => {
    heard = resolve;
  });
  await work();
  await change;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-watch-'));
  path = join(folder, 'topology.dot.in');
  times = 0;
  await writeFile(path, 'graph {}');
  watched = watchFile(path, () => {
    times += 1;
    heard();
  });
});
afterEach(async () => {
  watched.close();
  await rm(folder, { recursive: true });
});

/** Another file takes the place of the one that is watched, as when an editor saves. */
const replace = async () => {
  await writeFile(join(folder, 'new'), 'graph { a }');
  await rename(join(folder, 'new'), path);
};

describe('watchFile', () => {
  it('tells of what is written, again and again', async () => {
    await told(() => writeFile(path, 'graph { a }'));
    await told(() => appendFile(path, '#'));
  });

  it('goes on when another file takes the place, also where the old one has another name', async () => {
    await told(replace);
    await told(() => appendFile(path, '#'));
    await link(path, join(folder, 'kept'));
    await told(replace);
    await told(() => appendFile(path, '#'));
  });

  it('waits a moment for a file that is taken away and written anew', async () => {
    await told(async () => {
      await rename(path, join(folder, 'backup'));
      await writeFile(path, 'graph { a }');
    });
    await told(() => appendFile(path, '#'));
  });

  it('tells nothing once it is closed, and nothing of a file that is not there', async () => {
    watched.close();
    const absent = watchFile(join(folder, 'absent'), () => {
      times += 1;
    });
    const other = join(folder, 'other');
    await writeFile(other, '');
    const witness = watchFile(other, () => heard());
    await unlink(path);
    await writeFile(join(folder, 'absent'), '');
    await told(() => appendFile(other, '#'));
    expect(times).toBe(0);
    witness.close();
    absent.close();
  });
});
