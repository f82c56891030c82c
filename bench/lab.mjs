import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timed } from './measure.mjs';

export const root = new URL('..', import.meta.url).pathname;
export const weft = join(root, 'weft');

/**
 * A folder with labs of its own, apart from those of the user who measures. It is in memory where that can be: how long ext4 takes for a
 * new file depends on how many were deleted nearby in the last minutes.
 */
export class Workshop {
  folder = inMemory() ?? mkdtempSync(join(tmpdir(), 'weft-bench-'));
  #closers = new Set();
  environment = {
    ...process.env,
    XDG_RUNTIME_DIR: join(this.folder, 'run'),
    XDG_STATE_HOME: join(this.folder, 'state'),
  };
  constructor() {
    mkdirSync(this.environment.XDG_RUNTIME_DIR, { mode: 0o700 });
  }

  /** A directory with a topology. */
  lab(name, topology) {
    const directory = join(this.folder, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'topology.dot.in'), topology);
    const runThrough = (words, ...verb) => timed([...words, weft, ...verb], { cwd: directory, env: this.environment });
    return { directory, run: (...verb) => runThrough([], ...verb), runThrough };
  }

  /** `close` is called when the workshop is closed, unless the function that this returns has called it before. */
  use(close) {
    this.#closers.add(close);
    return async () => {
      if (this.#closers.delete(close)) await close();
    };
  }

  /** Ends what still runs, and removes everything. */
  async close() {
    for (const close of this.#closers) await close();
    await timed([weft, 'down', '--all'], { env: this.environment }).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A folder in memory whose scripts may be run; undefined where there is none. */
function inMemory() {
  try {
    const folder = mkdtempSync('/dev/shm/weft-bench-');
    const script = join(folder, 'try');
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
    if (spawnSync(script).status === 0) return folder;
    rmSync(folder, { recursive: true });
  } catch {
    // There is no such folder, or it is somebody else's.
  }
  return undefined;
}
