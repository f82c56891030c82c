import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timed } from './measure.mjs';

export const root = new URL('..', import.meta.url).pathname;
export const weft = join(root, 'weft');

/** A folder with labs of its own, apart from those of the user who measures. */
export class Workshop {
  folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  environment = {
    ...process.env,
    XDG_RUNTIME_DIR: join(this.folder, 'run'),
    XDG_STATE_HOME: join(this.folder, 'state'),
  };
  #labs = [];

  constructor() {
    mkdirSync(this.environment.XDG_RUNTIME_DIR, { mode: 0o700 });
  }

  /** A directory with a topology. */
  lab(name, topology) {
    const directory = join(this.folder, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'topology.dot.in'), topology);
    const run = (...words) => timed([weft, ...words], { cwd: directory, env: this.environment });
    const lab = { directory, run };
    this.#labs.push(lab);
    return lab;
  }

  /** Ends what still runs, and removes everything. */
  async close() {
    await timed([weft, 'down', '--all'], { env: this.environment }).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
