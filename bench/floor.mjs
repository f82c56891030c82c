import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { timed } from './measure.mjs';

/** Compiles floor.c into `folder`; a sentence says why not where it cannot be had. */
export function compileFloor(folder) {
  if (process.getuid() !== 0) return { missing: 'the floor needs root' };
  const source = new URL('floor.c', import.meta.url).pathname;
  const binary = join(folder, 'floor');
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', binary, source], { encoding: 'utf8' });
  if (error?.code === 'ENOENT') return { missing: 'there is no C compiler (cc) for the floor: apt-get install gcc libc6-dev' };
  if (status !== 0) return { missing: `cc refuses floor.c: ${stderr.trim().split('\n')[0]}` };
  const run = async (...words) => JSON.parse((await timed(['unshare', '--net', binary, ...words.map(String)])).stdout);
  return {
    /** Milliseconds of the kernel's own work, each node with a process of `program`. */
    measure: (nodes, links, program) => run(nodes, links, 'exec', program),
    /** Waits until the kernel has cleaned up all namespaces that were given up. */
    settle: () => run('settle'),
  };
}
